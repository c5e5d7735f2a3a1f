// "Why did you say that?": the claims of a sentence, and the evidence of each.

import { el } from "./dom.js";
import { claimed } from "./claims.js";
import { fill } from "./words.js";

export const subjectsOf = (sentence) => new Set((sentence.claims || []).flatMap((claim) => claim.subject.split(",")));

/** The first that the sentence calls by name counts: "track:4" is "car 4". */
function namesIn(sentence) {
  const names = new Map();
  for (const claim of sentence.claims) {
    if (["exists", "label", "class", "kind"].includes(claim.predicate) && typeof claim.value === "string" && !names.has(claim.subject)) names.set(claim.subject, claim.value);
  }
  return names;
}

function inWords(subject, names, words) {
  const [kind, id] = subject.split(":");
  if (subject === "ego") return words.we;
  if (kind === "signal") return `${words.names.signal} ${id}`;
  if (kind === "track") return `${words.names[names.get(subject)] || words.names.obstacle} ${id}`;
  return words.names[id] || words.senses[(id || "").split("/")[0]] || subject;
}

function valueInWords(value, words) {
  if (typeof value === "number") return Number.isInteger(value) ? value : value.toFixed(1);
  return typeof value === "string" ? words.names[value] || value.replaceAll("_", " ") : value;
}

export function whyOf(sentence, words) {
  const names = namesIn(sentence);
  const claims = sentence.claims.map((claim) => el("li", {},
    el("p", { class: "claim" }, `${claim.subject.split(",").map((subject) => inWords(subject, names, words)).join(" + ")}: `,
      claimed(claim.predicate, valueInWords(claim.value, words), words)),
    el("p", {}, fill(words.sure, Math.round(100 * (claim.confidence ?? 0)))),
    claim.evidence.map((found) => el("p", { class: "evidence" },
      fill(found.before >= 0.05 ? words.at : words.then, words.senses[found.sense.split("/")[0]] || found.sense, (found.before || 0).toFixed(1)),
      found.detail ? [": ", el("span", { lang: "en" }, found.detail)] : null))));
  return [
    sentence.query ? el("p", { class: "quiet" }, fill(words.query, sentence.query)) : null,
    claims.length ? [el("p", { class: "quiet" }, words.claims), el("ul", {}, claims)] : el("p", { class: "quiet" }, words.noclaims),
  ];
}

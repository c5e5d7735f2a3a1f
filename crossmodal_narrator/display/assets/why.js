// "Why did you say that?": the claims of a sentence, and the evidence of each.

import { el } from "./dom.js";
import { claimed } from "./claims.js";
import { valueInWords } from "./values.js";
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

/** A cause and a source of a sound are subjects themselves. */
const meant = (value, names, words) => (/^(ego$|(track|signal|sound|sense):)/.test(value) ? inWords(value, names, words) : valueInWords(value, words));

/** What one thing is, by the same evidence, is told together: "car 3: is there, distance 11.5 m". */
function grouped(claims) {
  const groups = new Map();
  for (const claim of claims) {
    const key = JSON.stringify([claim.subject, claim.evidence]);
    groups.set(key, [...(groups.get(key) || []), claim]);
  }
  return [...groups.values()];
}

function evidenceOf(found, words) {
  const sense = words.senses[found.sense.split("/")[0]] || found.sense;
  return el("p", { class: "evidence" }, fill(found.before >= 0.05 ? words.at : words.then, sense, (found.before || 0).toFixed(1)),
    found.detail ? [words.colon, el("span", { lang: "en" }, found.detail)] : null);
}

const MOST_PICTURES = 3;

/** The pictures that show what is meant, those of most things first, and where each thing is in them. */
function seenIn(sentence, names, words) {
  const seen = new Map();
  for (const claim of sentence.claims) {
    for (const found of claim.evidence.filter((evidence) => evidence.picture)) {
      const { picture, camera, before } = found;
      if (!seen.has(picture)) seen.set(picture, { picture, camera, before, things: new Map() });
      // A siren that comes from a bus rests on the picture of that bus: one box, which is the bus.
      const { things } = seen.get(picture), key = String(found.box);
      if (!things.has(key) || claim.subject.startsWith("track:")) things.set(key, { name: inWords(claim.subject, names, words), box: found.box });
    }
  }
  return [...seen.values()].sort((a, b) => b.things.size - a.things.size).slice(0, MOST_PICTURES);
}

/** `pictures` shows what the cameras saw. */
export function whyOf(sentence, words, pictures) {
  const names = namesIn(sentence);
  const claims = grouped(sentence.claims).map((together) => el("li", {},
    el("p", { class: "claim" }, `${together[0].subject.split(",").map((subject) => inWords(subject, names, words)).join(" + ")}${words.colon}`,
      together.map((claim) => claimed(claim.predicate, meant(claim.value, names, words), words)).join(words.comma)),
    el("p", {}, fill(words.sure, Math.round(100 * Math.min(...together.map((claim) => claim.confidence ?? 0))))),
    together[0].evidence.map((found) => evidenceOf(found, words))));
  const seen = seenIn(sentence, names, words).map((one) => pictures.figure(one, words));
  return [
    seen.length || !claims.length ? seen : el("p", { class: "quiet" }, words.unpictured),
    sentence.query ? el("p", { class: "quiet" }, fill(words.query, sentence.query)) : null,
    claims.length ? [el("p", { class: "quiet" }, words.claims), el("ul", {}, claims)] : el("p", { class: "quiet" }, words.noclaims),
  ].flat().filter(Boolean);
}

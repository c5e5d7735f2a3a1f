// What changed between two runs.

const chosen = { language: Object.keys(content.counts)[0] || "", change: "changed" };
const CHANGES = ["changed", "added", "removed", "reworded", "claims", "moved", "same"];

function drawVerdict() {
  const { breaches } = content;
  put(byId("verdict"),
    el("p", { class: `verdict ${breaches.length ? "bad" : "good"}` }, breaches.length ? `${breaches.length} regression${breaches.length > 1 ? "s" : ""}` : "No regression"),
    breaches.length ? el("ul", {}, breaches.map((text) => el("li", {}, text))) : null);
}

function drawPairs() {
  const pairs = content.pairs.filter((pair) => pair.language === chosen.language && (chosen.change === "changed" ? pair.change !== "same" : pair.change === chosen.change));
  put(byId("pairs"), pairs.length ? pairs.map((pair) => el("div", { class: "pair-row" },
    el("div", { class: `kind ${pair.change}` }, pair.change, pair.moved_s ? el("div", { class: "when" }, `${pair.moved_s > 0 ? "+" : "−"}${Math.abs(pair.moved_s).toFixed(1)} s`) : null),
    side(pair, pair.before, "del", pair.lost), side(pair, pair.after, "ins", pair.new)))
    : el("p", { class: "quiet" }, "No such sentence."));
}

function side(pair, spoken, mark, claims) {
  if (!spoken) return el("div", { class: "absent" }, "not said");
  return el("div", {}, el("div", { class: "when" }, `${seconds(spoken.t)} · ${spoken.urgency} · ${spoken.trigger}`),
    el("div", { lang: pair.language }, spoken.parts.map(([text, isChanged]) => (isChanged ? el(mark, {}, text) : text))),
    claims.length ? el("ul", { class: "claim-list" }, claims.map((claim) => el("li", {}, el(mark, {}, claim)))) : null);
}

function drawFilters() {
  const counts = content.counts[chosen.language] || {};
  const changed = Object.entries(counts).reduce((sum, [kind, count]) => sum + (kind === "same" ? 0 : count), 0);
  put(byId("languages"), Object.keys(content.counts).map((language) => choice(language, language, "language")));
  put(byId("changes"), CHANGES.map((kind) => choice(kind, `${kind} ${kind === "changed" ? changed : counts[kind] || 0}`, "change")));
}

function choice(value, label, key) {
  return el("button", { type: "button", value, "aria-pressed": String(chosen[key] === value), onclick: () => {
    chosen[key] = value;
    drawFilters();
    drawPairs();
    document.querySelector(`#${key}s button[value="${CSS.escape(value)}"]`)?.focus();
  } }, label);
}

function drawFigures() {
  const isAll = byId("all-figures").checked;
  const rows = content.figures.filter((row) => isAll || (row[5] !== "same" && !row[6]));
  if (!content.has_figures.some(Boolean)) put(byId("figures"), el("p", { class: "quiet" }, "Neither run has an evaluation.json."));
  else if (!rows.length) put(byId("figures"), el("p", { class: "quiet" }, "All figures are the same but times."));
  else put(byId("figures"), el("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": "Figures" }, el("table", {},
    el("thead", {}, el("tr", {}, ["figure", ...content.runs, "difference", "better", "verdict"].map((name, k) => el("th", { scope: "col", class: k >= 1 && k <= 3 ? "number" : null }, name)))),
    el("tbody", {}, rows.map(([name, before, after, difference, better, verdict]) => el("tr", {},
      el("th", { scope: "row" }, nameAndUnit(name).filter(Boolean).join(", ")), ...[before, after, difference].map((cell) => el("td", { class: "number" }, shown(cell))),
      el("td", { class: "quiet" }, better), el("td", { class: verdict }, verdict)))))));
}

function drawInputs() {
  if (!content.has_inputs.every(Boolean)) put(byId("inputs"), el("p", { class: "quiet" }, "Not both runs have a run.json, so nothing tells what went into them."));
  else if (!content.inputs.length) put(byId("inputs"), el("p", { class: "quiet" }, "The manifests are the same."));
  else put(byId("inputs"), tableOf(["input", ...content.runs], content.inputs));
}

byId("title").textContent = `${content.runs[0]} → ${content.runs[1]}`;
byId("facts").textContent = Object.entries(content.counts).map(([language, counts]) => `${language}: ${counts.same} of ${Object.values(counts).reduce((a, b) => a + b, 0)} sentences are the same`).join(" · ") || "nothing was said";
watchTheme();
drawVerdict();
drawFilters();
drawPairs();
drawFigures();
drawInputs();
byId("all-figures").addEventListener("change", drawFigures);

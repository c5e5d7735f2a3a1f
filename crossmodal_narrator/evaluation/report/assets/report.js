// One moment is chosen at a time; each part of the page draws it.

const state = { t: 0, scene: 0, sentence: -1, claim: -1, held: new Set(), language: content.languages[0] || "", timer: 0 };
const HEARD_FOR_S = 4; // a sentence stays on the page for so long when the moment moves on
// What an engineer looks at first; eight of them fit.
const RANKED = [/^vehicle_recall$/, /^precision$/, /^hota$/, /^position_error_median_m$/, /^claims_right$/, /^expectations_met_/, /^sound_onset_delay_median_s$/, /^speed_error_median_mps$/, /^map$/];
const MOST_SHOWN = 16; // a group of more figures is folded: their tables tell them better
const stepMs = 100;

const subjectsOf = (claims) => new Set(claims.flatMap((claim) => [...claim.subject.split(","), ...(typeof claim.value === "string" ? claim.value.split(",") : [])]));
const sentence = () => content.sentences[state.sentence] || null;
const claim = () => sentence()?.claims[state.claim] || null;
const told = () => subjectsOf(sentence()?.claims || []);
const lit = () => (claim() ? subjectsOf([claim()]) : state.held);
const textOf = (spoken) => {
  const language = state.language in spoken.texts ? state.language : Object.keys(spoken.texts)[0];
  return [language, spoken.texts[language]];
};

function nearestScene(t) {
  let low = 0, high = content.scenes.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (content.scenes[middle].t < t) low = middle + 1; else high = middle;
  }
  return low > 0 && t - content.scenes[low - 1].t <= content.scenes[low].t - t ? low - 1 : low;
}

/** Go to a moment; what was said just before it is shown with it. */
function seek(t, chosen = null) {
  state.t = Math.min(Math.max(t, 0), content.length_s);
  state.scene = nearestScene(state.t);
  const spoken = chosen ?? content.sentences.findLastIndex((s) => s.t <= state.t + 0.001 && state.t - s.t <= HEARD_FOR_S);
  if (spoken !== state.sentence) {
    state.sentence = spoken;
    state.claim = -1;
    state.held = new Set();
    drawDetail();
    markSentence(chosen === null);
  }
  draw();
}

function choose(k) {
  if (!content.sentences[k]) return;
  state.claim = -1;
  state.held = new Set();
  seek(content.sentences[k].t, k);
  drawDetail();
  history.replaceState(null, "", `#s${k}`);
}

function hold(trackId, from, to) {
  const subject = `track:${trackId}`, isHeld = state.held.has(subject);
  if (state.t < from || state.t > to) seek(from);
  state.claim = -1;
  state.held = new Set(isHeld ? [] : [subject]);
  drawDetail();
  draw();
}

function toggleClaim(k) {
  state.claim = state.claim === k ? -1 : k;
  state.held = new Set();
  drawDetail();
  draw();
  byId("detail").querySelectorAll(".claims button")[k]?.focus();
}

function draw() {
  const scene = content.scenes[state.scene], picture = nearestPicture();
  put(byId("above"), drawAbove(scene, told(), lit()));
  const ego = scene.ego ? `, ${(3.6 * scene.ego[0]).toFixed(0)} km/h` : "";
  put(byId("above-caption"), `${seconds(scene.t)}${ego}`,
    [...KINDS, ...(content.has_truth ? ["labelled"] : [])].map((kind) => el("span", { class: "key-of" }, el("span", { class: `key ${kind}` }), kind)));
  const isNow = picture !== null && Math.abs(picture.moment - scene.t) < 0.06;
  const labels = new Map((picture ? content.scenes[nearestScene(picture.moment)] : scene).o.map((o) => [o[0], word(o[1])]));
  put(byId("camera"), drawCamera(picture && picture.shot, isNow, labels, told(), lit()));
  put(byId("camera-caption"), picture ? `${picture.shot.camera}, ${seconds(picture.shot.t)}${isNow ? "" : ": the nearest moment with a picture"}` : "");
  byId("scrubber").value = Math.round(state.t * 10);
  byId("scrubber").setAttribute("aria-valuetext", seconds(state.t));
  byId("now").value = seconds(state.t);
  if (follow(state.t)) drawTimeline(byId("timeline"), actions);
  markTimeline(byId("timeline"), state.t, state.sentence, lit());
}

/** Of the chosen sentence, else of the nearest one that has a picture. */
function nearestPicture() {
  const own = sentence();
  const pictured = own && own.picture !== null ? [own] : content.sentences.filter((s) => s.picture !== null);
  if (!pictured.length) return null;
  const best = pictured.reduce((a, b) => (Math.abs(b.t - state.t) < Math.abs(a.t - state.t) ? b : a));
  return { shot: content.pictures[best.picture], moment: best.t };
}

function drawSentences() {
  put(byId("sentences"), content.sentences.map((spoken, k) => {
    const [language, text] = textOf(spoken);
    return el("li", {}, el("button", { type: "button", class: spoken.urgency, "data-sentence": k, onclick: () => choose(k), onkeydown: (event) => walk(event, k) },
      el("span", { class: "time" }, seconds(spoken.t)),
      el("span", { lang: language }, text),
      el("span", { class: "trigger" }, `${spoken.urgency} · ${spoken.kind === "reply" ? "asked: " : ""}${spoken.trigger}`)));
  }));
  if (!content.sentences.length) put(byId("sentences"), el("li", { class: "none" }, "Nothing was said."));
  markSentence(false);
}

function walk(event, k) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || !content.sentences[k + step]) return;
  event.preventDefault();
  choose(k + step);
  byId("sentences").querySelector(`[data-sentence="${k + step}"]`).focus();
}

function markSentence(isFollowing) {
  for (const button of byId("sentences").querySelectorAll("button")) {
    const isChosen = Number(button.dataset.sentence) === state.sentence;
    if (isChosen) button.setAttribute("aria-current", "true"); else button.removeAttribute("aria-current");
    if (isChosen) reveal(button.parentElement, byId("sentences"), isFollowing);
  }
}

/** Scroll the list alone: the page must not jump while a drive is played. */
function reveal(item, list) {
  const above = item.offsetTop < list.scrollTop, below = item.offsetTop + item.offsetHeight > list.scrollTop + list.clientHeight;
  if (above || below) list.scrollTop = item.offsetTop - list.clientHeight / 3;
}

function drawDetail() {
  const spoken = sentence();
  if (!spoken) {
    put(byId("detail"), el("p", { class: "none" }, "Choose a sentence: its claims stand here, and each opens its evidence."));
    return;
  }
  put(byId("detail"),
    el("div", { class: "texts" }, Object.entries(spoken.texts).map(([language, text]) =>
      el("p", {}, el("span", { class: "language" }, language), el("span", { lang: language }, text)))),
    el("p", { class: "quiet" }, `${spoken.urgency}, because of ${spoken.trigger || "nothing that is told"}, at ${seconds(spoken.t)} (${spoken.stamp} ns)`),
    el("ul", { class: "claims" }, spoken.claims.map(drawClaim)));
}

function drawClaim(one, k) {
  const isOpen = k === state.claim;
  return el("li", {},
    el("button", { type: "button", "aria-expanded": String(isOpen), onclick: () => toggleClaim(k) },
      el("span", { class: "predicate" }, one.predicate.replaceAll("_", " ")), el("span", { class: "subject" }, one.subject.replaceAll(",", ", ")),
      el("span", {}, shown(one.value)), el("span", { class: "confidence" }, one.confidence === null ? "" : `${Math.round(100 * one.confidence)} %`)),
    isOpen ? drawEvidence(one) : null);
}

function drawEvidence(one) {
  const rows = one.evidence.map((k) => content.evidence[k]);
  if (!rows.length) return el("p", { class: "evidence quiet" }, "It names no evidence.");
  return el("div", { class: "evidence" }, el("table", {},
    el("thead", {}, el("tr", {}, ["sense", "when", "what it saw"].map((name) => el("th", { scope: "col" }, name)))),
    el("tbody", {}, rows.map(([modality, stamp, detail]) => el("tr", {}, el("td", {}, modality),
      el("td", {}, seconds(Number(BigInt(stamp) - BigInt(content.start)) / 1e9), el("div", { class: "stamp" }, `${stamp} ns`)), el("td", {}, detail))))));
}

function drawFigures() {
  const names = Object.keys(content.figures), known = names.filter((name) => content.figures[name] !== null);
  byId("figures").hidden = !names.length;
  const main = RANKED.flatMap((pattern) => known.filter((name) => pattern.test(name))).slice(0, 8);
  byId("headline").hidden = !main.length;
  put(byId("headline"), main.map((name) => {
    const [bare, unit] = nameAndUnit(name);
    return el("div", {}, el("div", { class: "name" }, bare), el("div", { class: "value" }, shown(content.figures[name]), el("span", { class: "unit" }, ` ${unit}`)));
  }));
  put(byId("figures-list"), grouped(names).map(([group, listed]) => (listed.length > MOST_SHOWN
    ? el("details", {}, el("summary", {}, `${group} (${listed.length})`), figureTable(listed))
    : el("section", {}, el("h3", {}, group), figureTable(listed)))));
  put(byId("tables"), content.tables.map((table) => el("section", { class: "panel" }, el("h2", {}, table.name.replaceAll("_", " ")), tableOf(table.columns, table.rows))));
}

function figureTable(names) {
  return el("table", {}, el("tbody", {}, names.map((name) => {
    const [bare, unit] = nameAndUnit(name);
    return el("tr", {}, el("th", { scope: "row" }, bare), el("td", { class: "number" }, shown(content.figures[name]), unit && content.figures[name] !== null ? ` ${unit}` : ""));
  })));
}

/** Where an event is about a track, it is lit. */
function lookAt(t, subject) {
  seek(t);
  state.claim = -1;
  state.held = new Set(subject ? subject.split(",") : []);
  drawDetail();
  draw();
}

function drawEvents() {
  byId("events").hidden = !content.events.length;
  const kinds = new Map();
  for (const event of content.events) kinds.set(event[1], [...(kinds.get(event[1]) || []), event]);
  put(byId("events-list"), [...kinds].map(([kind, events]) => el("details", { open: events.length <= 12 },
    el("summary", {}, `${kind.replaceAll("_", " ")} (${events.length})`),
    el("table", {}, el("tbody", {}, events.map(([t, , text, subject, language]) => el("tr", {},
      el("td", {}, t === null ? "drive" : el("button", { type: "button", onclick: () => lookAt(t, subject) }, seconds(t))),
      el("td", { lang: language || null }, text), el("td", { class: "quiet" }, [subject, language].filter(Boolean).join(" · ")))))))));
}

/** What the gate refused, under what became of the sentence; a click goes there and lights whom it was about. */
function drawRefused() {
  const refused = content.refused;
  byId("refused").hidden = !refused;
  if (!refused) return;
  const fates = [...new Set(refused.map((row) => row[3]))];
  put(byId("refused-list"), refused.length ? fates.map((fate) => {
    const rows = refused.filter((row) => row[3] === fate);
    return el("details", {}, el("summary", {}, `${fate} (${rows.length})`), el("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": fate },
      el("table", {}, el("tbody", {}, rows.map(([from, to, times, , reason, detail, about, subjects, language]) => el("tr", {},
        el("td", {}, el("button", { type: "button", onclick: () => lookAt(from, subjects) }, seconds(from)), times > 1 ? ` to ${seconds(to)}, ${times} times` : ""),
        el("td", { class: "long", lang: language || null }, about), el("td", {}, reason.replaceAll("_", " ")), el("td", { class: "quiet" }, detail)))))));
  }) : el("p", { class: "quiet" }, "The gate let everything pass as it was proposed."));
}

/** The replay's manifest, part by part; each is opened by who wants it. */
function drawMadeOf() {
  byId("made-of").hidden = !content.made_of.length;
  const alone = content.made_of.filter(([, texts]) => texts.length === 1 && !texts[0][0]);
  const parts = content.made_of.filter((part) => !alone.includes(part));
  put(byId("made-of-list"), el("p", { class: "quiet made" }, alone.map(([part, [[, text]]]) => `${part.replaceAll("_", " ")}: ${text}`).join(" · ")),
    parts.map(([part, texts]) => el("details", {}, el("summary", {}, `${part} (${texts.length})`),
      el("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": part }, el("table", {},
        el("tbody", {}, texts.map(([name, text]) => el("tr", {}, el("th", { scope: "row" }, name), el("td", { class: "long made" }, text)))))))));
}

function drawErrors() {
  const errors = content.errors;
  byId("errors").hidden = !errors;
  if (!errors) return;
  const wide = 420, high = 190, left = 30, base = high - 26, far = Math.max(...errors.bins.map((bin) => bin[1]));
  const most = Math.max(0.5, ...errors.points.map((point) => point[1]), ...errors.bins.map((bin) => bin[4])), step = most > 1 ? 0.5 : 0.25;
  const x = (range) => left + (range / far) * (wide - left - 6), y = (error) => base - (Math.min(error, most) / most) * (base - 8);
  const root = svg("svg", { viewBox: `0 0 ${wide} ${high}`, class: "plot", role: "img", "aria-label": errorsInWords(errors) });
  for (let error = 0; error <= most; error += step) {
    root.append(svg("line", { x1: left, x2: wide - 6, y1: y(error), y2: y(error), class: "lane-line" }), svg("text", { x: left - 4, y: y(error) + 3, "text-anchor": "end", "font-size": 9 }, error.toFixed(step < 0.5 ? 2 : 1)));
  }
  for (const [range, error, kind] of errors.points) root.append(svg("circle", { cx: x(range), cy: y(error), r: 1.6, class: `dot ${kind}` }));
  const steps = (column) => errors.bins.map((bin) => `M${x(bin[0])} ${y(bin[column])}H${x(bin[1])}`).join("");
  root.append(svg("path", { d: steps(3), class: "median" }), svg("path", { d: steps(4), class: "p90" }));
  for (let range = 0; range <= far; range += 10) root.append(svg("text", { x: x(range), y: base + 12, "text-anchor": "middle", "font-size": 9 }, range));
  root.append(svg("text", { x: wide - 6, y: high - 3, "text-anchor": "end", "font-size": 9 }, "range of the labelled thing, m; error in plan, m"));
  put(byId("errors-plot"), root);
  put(byId("errors-caption"), `${errors.pairs} pairs of a track and a labelled thing within 2 m. Solid: median of ten metres; dashed: nine in ten are below.`);
}

const errorsInWords = (errors) => `Position error: ${errors.bins.map(([from, to, , median]) => `${from} to ${to} m: ${median} m`).join("; ")}`;

function pressed(host, chosen) {
  for (const button of host.querySelectorAll("button")) button.setAttribute("aria-pressed", String(button.value === String(chosen)));
}

function drawChoices() {
  put(byId("languages"), content.languages.map((language) => el("button", { type: "button", value: language, onclick: () => {
    state.language = language; pressed(byId("languages"), language); drawSentences();
  } }, language)));
  pressed(byId("languages"), state.language);
  put(byId("reach"), REACHES.map((metres) => el("button", { type: "button", value: metres, onclick: () => { reach = metres; pressed(byId("reach"), reach); draw(); } }, `${metres} m`)));
  pressed(byId("reach"), reach);
}

function play() {
  const isPlaying = Boolean(state.timer);
  clearInterval(state.timer);
  state.timer = isPlaying ? 0 : setInterval(() => (state.t >= content.length_s ? play() : seek(state.t + stepMs / 1000)), stepMs);
  if (!isPlaying && state.t >= content.length_s) seek(0);
  byId("play").textContent = isPlaying ? "Play" : "Pause";
  byId("play").setAttribute("aria-pressed", String(!isPlaying));
}

const nextSentence = () => choose(content.sentences.findIndex((s, k) => (state.sentence >= 0 ? k > state.sentence : s.t >= state.t)));
const previousSentence = () => choose(state.sentence >= 0 ? state.sentence - 1 : content.sentences.findLastIndex((s) => s.t < state.t));
const toScene = (step) => seek(content.scenes[Math.min(Math.max(state.scene + step, 0), content.scenes.length - 1)].t);
const zoomBy = (factor) => { zoom(factor, state.t); drawTimeline(byId("timeline"), actions); draw(); };
const actions = { seek: (t) => seek(t), choose, hold };
const KEYS = { j: nextSentence, k: previousSentence, ".": () => toScene(1), ",": () => toScene(-1), Escape: () => { state.claim = -1; state.held = new Set(); drawDetail(); draw(); } };

function wire() {
  byId("scrubber").max = Math.round(content.length_s * 10);
  byId("scrubber").addEventListener("input", (event) => seek(event.target.value / 10));
  byId("next").addEventListener("click", nextSentence);
  byId("previous").addEventListener("click", previousSentence);
  byId("play").addEventListener("click", play);
  byId("zoom-in").addEventListener("click", () => zoomBy(0.5));
  byId("zoom-out").addEventListener("click", () => zoomBy(2));
  byId("zoom-all").addEventListener("click", () => zoomBy(1e6));
  document.addEventListener("keydown", (event) => {
    if (!event.ctrlKey && !event.metaKey && !event.altKey && event.target.type !== "range") KEYS[event.key]?.();
  });
  new ResizeObserver(() => { drawTimeline(byId("timeline"), actions); draw(); }).observe(byId("timeline"));
}

function start() {
  const [scenes, sentences, tracks] = content.counts;
  byId("title").textContent = content.title;
  byId("facts").textContent = `${seconds(content.length_s)} of driving · ${scenes} scenes · ${tracks} tracks · ${sentences} sentences${content.languages.length ? ` in ${content.languages.join(", ")}` : ""}`;
  watchTheme();
  drawChoices();
  drawFigures();
  drawEvents();
  drawRefused();
  drawMadeOf();
  drawErrors();
  drawSentences();
  drawDetail();
  drawTimeline(byId("timeline"), actions);
  wire();
  put(byId("left-out"), content.left_out.map((text) => el("li", {}, text)));
  const asked = /^#s(\d+)$/.exec(location.hash);
  if (asked && content.sentences[asked[1]]) choose(Number(asked[1])); else if (content.sentences.length) seek(content.sentences[0].t); else seek(0);
}

start();

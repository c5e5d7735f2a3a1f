// The whole drive: who spoke, what was there, what was heard, what failed. Pointers only; lists and slider serve keys.

const view = { from: 0, to: Math.max(content.length_s, 0.1) };
let cursorLine = null, scaleX = () => 0;

function drawTimeline(host, actions) {
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize), u = rem / 14;
  const width = Math.max(host.clientWidth, 200), gutter = (width < 600 ? 66 : 104) * u, right = width - 4;
  scaleX = (t) => gutter + ((t - view.from) / (view.to - view.from)) * (right - gutter);
  const root = svg("svg", { role: "img", "aria-label": timelineInWords() });
  const clip = svg("clipPath", { id: "lanes-clip" });
  const plot = svg("g", { "clip-path": "url(#lanes-clip)" });
  root.append(clip, plot);
  const at = { y: 2 * u, root, plot, gutter, right, u, actions };
  for (const language of content.languages) speechLane(at, language);
  speedLane(at);
  for (const lane of content.lanes) barLane(at, lane);
  const bottom = at.y + 2 * u;
  ticks(at, bottom);
  clip.append(svg("rect", { x: gutter, y: 0, width: right - gutter, height: bottom }));
  cursorLine = svg("line", { y1: 0, y2: bottom, class: "cursor" });
  plot.append(cursorLine);
  const height = bottom + 16 * u;
  for (const [key, value] of Object.entries({ viewBox: `0 0 ${width} ${height}`, height })) root.setAttribute(key, value);
  root.addEventListener("click", (event) => {
    const x = event.clientX - root.getBoundingClientRect().left;
    if (x > gutter) actions.seek(view.from + ((x - gutter) / (right - gutter)) * (view.to - view.from));
  });
  put(host, root);
}

function laneName(at, name, y, note = "") {
  const { root, u, gutter } = at, most = Math.floor(gutter / (6.9 * u));
  const whole = `${name}${note}`, text = whole.length > most ? name : whole;
  root.append(svg("text", { x: gutter - 8 * u, y, "text-anchor": "end", "font-size": 11 * u },
    svg("title", {}, whole), text.length > most ? `${text.slice(0, most - 1)}…` : text));
}

function lineUnder(at) {
  at.y += 3 * at.u;
  at.plot.append(svg("line", { x1: at.gutter, x2: at.right, y1: at.y, y2: at.y, class: "lane-line" }));
  at.y += 3 * at.u;
}

const HEIGHTS = { urgent: 1, notable: 0.7, calm: 0.42 };

function speechLane(at, language) {
  const height = 18 * at.u, { y } = at, wide = (content.sentences.length > 150 ? 2 : 4) * at.u;
  laneName(at, language, y + height - 4 * at.u);
  content.sentences.forEach((sentence, k) => {
    if (!(language in sentence.texts)) return;
    const tall = height * (HEIGHTS[sentence.urgency] || HEIGHTS.calm);
    at.plot.append(svg("rect", {
      x: scaleX(sentence.t) - wide / 2, width: wide, y: y + height - tall, height: tall, rx: 1,
      class: `mark ${sentence.urgency in HEIGHTS ? sentence.urgency : "calm"}`, "data-sentence": k,
      onclick: (event) => { event.stopPropagation(); at.actions.choose(k); },
    }, svg("title", {}, `${seconds(sentence.t)} ${sentence.urgency}: ${sentence.texts[language]}`)));
  });
  at.y += height;
  lineUnder(at);
}

function speedLane(at) {
  const known = content.scenes.filter((scene) => scene.ego);
  if (known.length < 2) return;
  const height = 24 * at.u, most = Math.max(...known.map((scene) => Math.abs(scene.ego[0])), 5);
  laneName(at, `0–${(3.6 * most).toFixed(0)} km/h`, at.y + height / 2 + 4 * at.u);
  const y = (scene) => at.y + height - (Math.abs(scene.ego[0]) / most) * height;
  const points = known.map((scene) => `${scaleX(scene.t).toFixed(1)},${y(scene).toFixed(1)}`).join(" ");
  at.plot.append(svg("polyline", { points, class: "speed" }, svg("title", {}, `our speed, up to ${(3.6 * most).toFixed(0)} km/h`)));
  at.y += height;
  lineUnder(at);
}

function barLane(at, lane) {
  const isClass = lane.kind === "objects", tall = (isClass ? 5 : 9) * at.u, gap = 1.5 * at.u;
  const height = Math.max(lane.rows.length * (tall + gap), 12 * at.u);
  laneName(at, lane.name, at.y + Math.min(height, 14 * at.u) - 3 * at.u, lane.left_out ? ` +${lane.left_out}` : "");
  lane.rows.forEach((row, k) => {
    for (const [from, to, trackId, isTold] of row) {
      if (to < view.from || from > view.to) continue;
      const x = scaleX(Math.max(from, view.from)), end = scaleX(Math.min(to, view.to));
      const isHeld = trackId !== null;
      at.plot.append(svg("rect", {
        x, width: Math.max(end - x, 2), y: at.y + k * (tall + gap), height: tall, rx: 1, "data-track": trackId,
        class: `life ${isClass ? kindOf(lane.name) : lane.kind}${isTold || !isClass ? " told" : ""}`,
        onclick: isHeld ? (event) => { event.stopPropagation(); at.actions.hold(trackId, from, to); } : () => {},
      }, svg("title", {}, `${lane.name}${isHeld ? ` ${trackId}` : ""}, ${seconds(from)} to ${seconds(to)}${isTold ? ", spoken of" : ""}`)));
    }
  });
  at.y += height;
  lineUnder(at);
}

function ticks(at, bottom) {
  const span = view.to - view.from, most = Math.max(2, (at.right - at.gutter) / (64 * at.u));
  const step = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600].find((s) => span / s <= most) || 7200;
  for (let t = Math.ceil(view.from / step) * step; t <= view.to + 1e-9; t += step) {
    const x = scaleX(t), isLast = x > at.right - 24 * at.u;
    at.root.append(svg("text", { x: isLast ? at.right : x, y: bottom + 12 * at.u, "text-anchor": isLast ? "end" : "middle", "font-size": 10.5 * at.u },
      seconds(t, step < 1 ? 1 : 0)));
  }
}

function zoom(factor, centre) {
  const span = Math.min(Math.max((view.to - view.from) * factor, 2), Math.max(content.length_s, 2));
  view.from = Math.max(0, Math.min(centre - span / 2, content.length_s - span));
  view.to = view.from + span;
}

/** Move the cursor; true where the window had to follow it. */
function follow(t) {
  if (t >= view.from && t <= view.to) return false;
  zoom(1, t);
  return true;
}

function markTimeline(host, t, sentence, lit) {
  const x = scaleX(t);
  cursorLine.setAttribute("x1", x);
  cursorLine.setAttribute("x2", x);
  for (const mark of host.querySelectorAll(".mark")) mark.classList.toggle("chosen", Number(mark.dataset.sentence) === sentence);
  for (const bar of host.querySelectorAll(".life[data-track]")) bar.classList.toggle("lit", lit.has(`track:${bar.dataset.track}`));
}

function timelineInWords() {
  const lanes = content.lanes.map((lane) => lane.name).join(", ");
  return `Timeline of ${seconds(content.length_s)}: ${content.sentences.length} sentences in ${content.languages.join(", ") || "no language"}; lanes: ${lanes}`;
}

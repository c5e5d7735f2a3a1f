// What is around, from above: ahead is up. Shapes differ as well as colours, for who does not tell colours apart.

import { svg } from "./dom.js";
import { sideOf } from "./values.js";
import { fill } from "./words.js";

const REACH = 41, BEHIND = 0.75; // metres to each side; the vehicle stands somewhat below the middle
const KIND_OF = { pedestrian: "person", animal: "person", cyclist: "cyclist", bicycle: "cyclist", motorcycle: "cyclist", obstacle: "nameless", cone: "nameless" };
const STILL = new Set(["parked", "stopped", "unknown"]);
const kindOf = (label) => KIND_OF[label] || "vehicle";

/** `told`: subjects as claims name them, "track:4". */
export function drawAbove(scene, told, words) {
  const root = svg("svg", { viewBox: `${-REACH} ${-1.03 * REACH} ${2 * REACH} ${(1.03 + BEHIND) * REACH}`, role: "img", "aria-label": inWords(scene, words) });
  for (const r of [10, 20, 40]) root.append(svg("circle", { r, class: "ring" }), svg("text", { x: 0.72 * r, y: -0.72 * r, class: "scale", "font-size": 2 }, `${r} m`));
  if (scene) {
    for (const sound of scene.sounds) if (sound.azimuth !== null) root.append(heard(sound, words));
    const rank = (thing) => (told.has(`track:${thing.id}`) ? 2 : thing.label === "obstacle" ? 0 : 1);
    for (const thing of [...scene.things].sort((a, b) => rank(a) - rank(b))) root.append(thing.place ? placed(thing, told, words) : bearingOnly(thing, told, words));
    for (const light of scene.lights) root.append(lamp(light, words));
  }
  root.append(svg("path", { d: "M0 -2.9 Q1.1 -2.6 1 -1 L1 1.6 L-1 1.6 L-1 -1 Q-1.1 -2.6 0 -2.9 Z", class: "ego" }, svg("title", {}, words.we)));
  return root;
}

function placed(thing, told, words) {
  const [x, y] = thing.place, [length, width] = thing.size || [0.8, 0.8], [vx, vy] = thing.velocity || [0, 0];
  const isTold = told.has(`track:${thing.id}`), kind = kindOf(thing.label), px = -y, py = -x;
  const speed = Math.hypot(vx, vy), yaw = thing.yaw ?? Math.atan2(vy, vx || 1);
  const isStill = STILL.has(thing.motion);
  const group = svg("g", { class: `thing ${kind}${isStill ? " still" : ""}${isTold ? " told" : ""}`, "data-track": thing.id },
    svg("title", {}, words.names[thing.label] || thing.label));
  if (isTold) group.append(svg("circle", { cx: px, cy: py, r: Math.max(length, 2) / 2 + 1.6, class: "halo" }));
  group.append(kind === "person"
    ? svg("circle", { cx: px, cy: py, r: 0.75, class: "body" })
    : kind === "nameless"
      ? svg("circle", { cx: px, cy: py, r: Math.min(Math.max(width, 0.5), 2) / 2, class: "body" })
      : svg("rect", { x: -length / 2, y: -width / 2, width: Math.max(length, 1), height: Math.max(width, 0.6), rx: kind === "cyclist" ? 0.6 : 0.35, class: "body", transform: `translate(${px} ${py}) rotate(${-90 - (yaw * 180) / Math.PI})` }));
  if (!isStill && speed > 0.5) { // where it will be in a second
    const nose = length / 2 / speed;
    group.append(svg("line", { x1: px - vy * nose, y1: py - vx * nose, x2: px - vy * (nose + 1), y2: py - vx * (nose + 1), class: "way" }));
  }
  if (isTold) group.append(label(px, py + Math.max(length, 2) / 2 + 4.2, words.names[thing.label] || thing.label));
  return group;
}

function bearingOnly(thing, told, words) {
  const [dx, dy] = [-Math.sin(thing.azimuth), -Math.cos(thing.azimuth)], isTold = told.has(`track:${thing.id}`);
  return svg("g", { class: `thing ${kindOf(thing.label)}${isTold ? " told" : ""}`, "data-track": thing.id },
    svg("path", { d: `M${5 * dx} ${5 * dy} L${28 * dx} ${28 * dy}`, class: "bearing" }),
    isTold ? label(29 * dx, 29 * dy, words.names[thing.label] || thing.label) : null);
}

/** A wedge, as wide as a direction by ear is sure. */
function heard(sound, words) {
  const at = (turn, r) => `${(-Math.sin(sound.azimuth + turn) * r).toFixed(2)} ${(-Math.cos(sound.azimuth + turn) * r).toFixed(2)}`;
  const far = Math.min(sound.range || 30, 30), [x, y] = [-Math.sin(sound.azimuth) * far * 0.8, -Math.cos(sound.azimuth) * far * 0.8];
  return svg("g", { class: "heard" },
    svg("path", { d: `M${at(0, 3.5)} L${at(0.2, far)} A${far} ${far} 0 0 1 ${at(-0.2, far)} Z`, class: "wedge" }),
    label(x, y, words.names[sound.kind] || sound.kind));
}

function lamp(light, words) {
  const [x, y] = [-Math.sin(light.azimuth) * 34, -Math.cos(light.azimuth) * 34];
  return svg("circle", { cx: x, cy: y, r: 1, class: `lamp ${light.state}` }, svg("title", {}, words.names.signal));
}

function label(x, y, text) {
  const room = REACH - 2, isLeft = x < -room / 2, isRight = x > room / 2;
  return svg("text", { x: Math.max(-room, Math.min(room, x)), y, "font-size": 3.2, "stroke-width": 0.7, "text-anchor": isLeft ? "start" : isRight ? "end" : "middle" }, text);
}

/** "2 cars, 1 bus; siren, behind on the left". */
export function inWords(scene, words) {
  if (!scene) return words.noscene;
  const counts = new Map();
  for (const thing of scene.things) if (thing.label !== "obstacle") counts.set(thing.label, (counts.get(thing.label) || 0) + 1);
  const things = [...counts].map(([name, n]) => fill(words.counted, n, (n > 1 && words.many[name]) || words.names[name] || name));
  const sounds = scene.sounds.map((sound) => fill(words.heard, fill(words.from, words.names[sound.kind] || sound.kind, sound.azimuth === null ? words.unknown : sideOf(sound.azimuth, words))));
  return [things.join(words.comma), ...sounds].filter(Boolean).join(words.semicolon) || words.empty;
}

export function legend(words) {
  const mark = (kind, shape) => svg("svg", { viewBox: "-1.5 -1.5 3 3", "aria-hidden": "true" }, svg("g", { class: `thing ${kind}` }, shape));
  const box = (w, h) => svg("rect", { x: -w / 2, y: -h / 2, width: w, height: h, rx: 0.3, class: "body" });
  const dot = (r) => svg("circle", { r, class: "body" });
  return [["vehicle", box(1.6, 2.6)], ["person", dot(0.9)], ["cyclist", box(0.8, 2.4)], ["nameless", dot(0.6)]].map(([kind, shape]) => [mark(kind, shape), words[kind]]);
}

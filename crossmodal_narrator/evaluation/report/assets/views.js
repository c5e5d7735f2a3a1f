// A moment from above and through the camera.

const KIND_OF = { pedestrian: "person", animal: "person", cyclist: "cyclist", bicycle: "cyclist", motorcycle: "cyclist", obstacle: "nameless", cone: "nameless" };
const KINDS = ["vehicle", "person", "cyclist", "nameless"];
const kindOf = (label) => KIND_OF[label] || "vehicle";
const word = (k) => content.words[k];
const REACHES = [25, 45, 70];
let reach = 45;

/** `told`, `lit`: sets of subjects as claims name them, "track:4". */
function drawAbove(scene, told, lit) {
  const size = 2 * reach, font = letters(byId("above"), size);
  const root = svg("svg", { viewBox: `${-reach} ${-1.3 * reach} ${size} ${size}`, role: "img", "aria-label": aboveInWords(scene) });
  for (let r = 10; r <= 1.5 * reach; r += reach > 50 ? 20 : 10) {
    root.append(svg("circle", { r, class: "ring" }), svg("text", { x: 0.71 * r, y: -0.71 * r, class: "scale", "font-size": font * 0.8 }, `${r} m`));
  }
  for (const thing of scene.r || []) root.append(svg("path", { d: outline(...thing.slice(1)), class: "real" }, svg("title", {}, `labelled ${word(thing[0])}`)));
  for (const sound of scene.s || []) root.append(bearing(sound, lit, font));
  for (const seen of scene.b || []) root.append(bearingOnly(seen, told, lit, font));
  const rank = (o) => (lit.has(`track:${o[0]}`) ? 3 : told.has(`track:${o[0]}`) ? 2 : word(o[1]) === "obstacle" ? 0 : 1);
  for (const thing of [...scene.o].sort((a, b) => rank(a) - rank(b))) root.append(track(thing, rank(thing), font));
  for (const signal of scene.g || []) root.append(lamp(signal, lit, font));
  root.append(svg("path", { d: "M0 -3.8 L1 -2.6 L1 1 L-1 1 L-1 -2.6 Z", class: "ego" }, svg("title", {}, "our vehicle")));
  return root;
}

/** A box of base_link (x ahead, y left) on a page whose up is ahead. */
function outline(x, y, length, width, yaw) {
  const c = Math.cos(yaw), s = Math.sin(yaw), l = Math.max(length, 0.3) / 2, w = Math.max(width, 0.3) / 2;
  const corner = (a, b) => `${(-(y + s * a + c * b)).toFixed(2)} ${(-(x + c * a - s * b)).toFixed(2)}`;
  return `M${corner(l, w)} L${corner(-l, w)} L${corner(-l, -w)} L${corner(l, -w)} Z`;
}

function track([id, label, motion, x, y, length, width, yaw, vx, vy, confidence, inPath, distance], rank, font) {
  const heading = yaw === null ? Math.atan2(vy || 0, vx || 1) : yaw;
  const speed = vx === null ? null : Math.hypot(vx, vy);
  const group = svg("g", { class: `thing ${kindOf(word(label))}${rank === 3 ? " lit" : rank === 2 ? " told" : ""}`, "data-track": id },
    svg("title", {}, `${word(label)} ${id}, ${word(motion)}${speed === null ? "" : `, ${(3.6 * speed).toFixed(0)} km/h`}${distance === null ? "" : `, ${distance} m`}${inPath ? ", in our path" : ""}, confidence ${confidence}`),
    svg("path", { d: outline(x, y, length, width, heading), class: "body" }));
  if (word(label) !== "obstacle") {
    const c = Math.cos(heading), s = Math.sin(heading), nose = length / 2;
    group.append(svg("line", { x1: -y, y1: -x, x2: -(y + s * nose), y2: -(x + c * nose), class: "way" }));
    if (speed !== null && speed > 0.5) group.append(svg("line", { x1: -(y + s * nose), y1: -(x + c * nose), x2: -(y + s * nose + vy), y2: -(x + c * nose + vx), class: "way" }));
  }
  if (rank >= 2) group.append(svg("text", { x: -y - Math.sign(y) * (width / 2 + 0.6), y: -x + font / 3, "text-anchor": y > 0 ? "end" : "start", "font-size": font, "stroke-width": font / 5 }, `${word(label)} ${id}`));
  return group;
}

function bearing([kind, azimuth, range, trackId], lit, font) {
  const isLit = [...lit].some((subject) => subject.startsWith(`sound:${word(kind)}`)) || (trackId !== null && lit.has(`track:${trackId}`));
  if (azimuth === null) return svg("text", { x: -reach + 1, y: 0.7 * reach - 1, "font-size": font }, `heard: ${word(kind)}, from no direction that is known`);
  const far = Math.min(range || 1.2 * reach, 0.62 * reach), [dx, dy] = [-Math.sin(azimuth), -Math.cos(azimuth)];
  return svg("g", { class: `thing sounds${isLit ? " lit" : ""}` },
    svg("path", { d: `M${4.5 * dx} ${4.5 * dy} L${far * dx} ${far * dy}`, class: "bearing" }),
    svg("circle", { cx: far * dx, cy: far * dy, r: font * 0.35, fill: "currentColor" }),
    svg("text", { x: far * dx + font * 0.6, y: far * dy + font * 0.3, "font-size": font, "stroke-width": font / 5 }, word(kind) + (range === null ? "" : ` ${range.toFixed(0)} m`)));
}

function bearingOnly([id, label, azimuth], told, lit, font) {
  const rank = lit.has(`track:${id}`) ? " lit" : told.has(`track:${id}`) ? " told" : "";
  const [dx, dy] = [-Math.sin(azimuth || 0), -Math.cos(azimuth || 0)], far = 0.95 * reach;
  return svg("g", { class: `thing ${kindOf(word(label))}${rank}`, "data-track": id },
    svg("title", {}, `${word(label)} ${id}: its direction is known, its range is not`),
    svg("path", { d: `M${4.5 * dx} ${4.5 * dy} L${far * dx} ${far * dy}`, class: "bearing thin" }),
    rank ? svg("text", { x: 0.6 * far * dx, y: 0.6 * far * dy, "font-size": font, "stroke-width": font / 5 }, `${word(label)} ${id}`) : null);
}

function lamp([id, state, azimuth, range], lit, font) {
  const far = Math.min(range || 0.9 * reach, 1.2 * reach), [x, y] = [-Math.sin(azimuth) * far, -Math.cos(azimuth) * far];
  const name = `signal:${id}`;
  return svg("g", { class: `thing${lit.has(name) ? " lit" : ""}` }, svg("title", {}, `traffic light ${id}: ${word(state)}`),
    svg("circle", { cx: x, cy: y, r: lit.has(name) ? font * 0.7 : font * 0.4, class: `lamp ${word(state)}` }));
}

function aboveInWords(scene) {
  const named = scene.o.filter((o) => word(o[1]) !== "obstacle").length;
  return `View from above at ${seconds(scene.t)}: ${named} road users and ${scene.o.length - named} nameless things within the range kept`;
}

function drawCamera(picture, isNow, labels, told, lit) {
  if (!picture) return el("div", { class: "none" }, "No picture of this moment.");
  const { width, height } = picture, font = letters(byId("camera"), width);
  const over = svg("svg", { viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" });
  const rank = (id) => (lit.has(`track:${id}`) ? 2 : told.has(`track:${id}`) ? 1 : 0);
  for (const [id, segments] of [...picture.outlines].sort((a, b) => rank(a[0]) - rank(b[0]))) {
    const label = labels.get(id) || "obstacle";
    const group = svg("g", { class: `${kindOf(label)}${["", " told", " lit"][rank(id)]}`, "data-track": id },
      svg("path", { d: segments.map(([a, b, c, d]) => `M${a} ${b}L${c} ${d}`).join("") }));
    if (rank(id)) group.append(svg("text", nameplate(segments, width, font), `${label} ${id}`));
    over.append(group);
  }
  return el("div", { class: `shot${isNow ? "" : " elsewhen"}` },
    el("img", { src: picture.src, width, height, alt: `Camera ${picture.camera} at ${seconds(picture.t)}` }), over);
}

function nameplate(segments, width, font) {
  const left = Math.min(...segments.flatMap(([a, , c]) => [a, c])), top = Math.min(...segments.flatMap(([, b, , d]) => [b, d]));
  return { x: Math.min(Math.max(left, 4), width - 7 * font), y: Math.max(top - 4, font), "font-size": font, "stroke-width": font / 5 };
}

// What a camera saw of what is meant, with a box around each thing. It is asked for when a sentence is touched.

import { el, svg } from "./dom.js";
import { fill } from "./words.js";

const KEPT = 24;

export class Pictures {
  /** `ask` wants one, by its key. */
  constructor(ask) {
    Object.assign(this, { ask, known: new Map(), waiting: [] });
  }

  take(message) {
    if (message.jpeg) this.known.set(message.id, message);
    if (this.known.size > KEPT) this.known.delete(this.known.keys().next().value);
    for (const waiting of this.waiting.filter(({ id }) => id === message.id)) waiting.show(message);
    this.waiting = this.waiting.filter(({ id }) => id !== message.id);
  }

  /** The line is there again: what is still shown is asked for, because the last time may have reached nobody. */
  askAgain() {
    this.waiting = this.waiting.filter(({ node }) => node.isConnected);
    for (const id of new Set(this.waiting.map(({ id }) => id))) this.ask(id);
  }

  /** `seen`: the picture's key, its camera, how long before the sentence, and its things by name and box. */
  figure(seen, words) {
    const node = el("figure", { class: "seen" }, el("figcaption", {}, words.wait));
    const show = (message) => node.replaceChildren(...(message.jpeg ? shown(message, seen, words) : [el("figcaption", {}, words[message.why] || words.gone)]));
    const known = this.known.get(seen.picture);
    if (known) show(known);
    else {
      this.waiting.push({ id: seen.picture, show, node });
      this.ask(seen.picture);
    }
    return node;
  }
}

function shown(picture, seen, words) {
  const { width, height } = picture, things = [...seen.things.values()];
  const where = ({ name, box }) => fill(words.from, name, words.thirds[Math.max(0, Math.min(2, Math.floor((1.5 * (box[0] + box[2])) / width)))]);
  const camera = fill(words.camera, words.cameras[seen.camera] || seen.camera), before = seen.before - picture.later;
  const isThen = Math.abs(picture.later) < 0.001;
  return [
    el("div", { class: "frame" },
      el("img", { src: `data:image/jpeg;base64,${picture.jpeg}`, width, height, alt: fill(words.pictured, camera, things.map(where).join(words.semicolon)) }),
      svg("svg", { viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" }, things.map((thing) => boxed(thing, width, height, isThen)))),
    el("figcaption", {}, fill(before >= 0.05 ? words.at : words.then, camera, before.toFixed(1))),
  ];
}

/** Broken lines where the picture is not of the very moment: things have moved since. */
function boxed({ name, box: [x0, y0, x1, y1] }, width, height, isThen) {
  const letters = width / 26, y = y0 > 1.4 * letters ? y0 - 0.35 * letters : Math.min(y1 + 1.1 * letters, height - 0.3 * letters);
  const middle = (x0 + x1) / 2, isLeft = middle < width / 4, isRight = middle > (3 * width) / 4;
  return svg("g", { class: `box${isThen ? "" : " near"}` },
    svg("rect", { x: x0, y: y0, width: Math.max(x1 - x0, 1), height: Math.max(y1 - y0, 1) }),
    svg("text", { x: isLeft ? Math.max(x0, 0.2 * letters) : isRight ? Math.min(x1, width - 0.2 * letters) : middle, y, "font-size": letters, "stroke-width": 0.25 * letters, "text-anchor": isLeft ? "start" : isRight ? "end" : "middle" }, name));
}

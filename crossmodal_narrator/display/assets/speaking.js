// The button to ask by voice: hold it while you speak, or press it before and after.

import { isMicrophoneThere, Microphone } from "./microphone.js";
import { fill, OWN_NAMES } from "./words.js";

const HELD_MS = 500, LONGEST_MS = 15_000;

export class SpeakButton {
  /** `line`: begin and end say whether it is there; sound takes samples; tell shows what is to be known. */
  constructor(button, note, line) {
    Object.assign(this, { button, note, line, microphone: null, words: null });
    button.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      button.setPointerCapture(event.pointerId);
      if (this.microphone) this.end();
      else { this.heldSince = performance.now(); this.begin(); }
    });
    button.addEventListener("pointerup", () => { if (this.microphone && performance.now() - this.heldSince > HELD_MS) this.end(); });
    button.addEventListener("pointercancel", () => this.letGo()); // the system took the touch
    document.addEventListener("visibilitychange", () => { if (document.hidden) this.letGo(); });
    button.addEventListener("click", (event) => { // by a key, or by what stands in for one
      if (event.detail === 0) { this.heldSince = Infinity; if (this.microphone) this.end(); else this.begin(); }
    });
  }

  /** `hears`: the languages that are understood; null: nobody may speak to the page. */
  show(hears, language, words) {
    this.words = words;
    const isOff = hears === null || hears === undefined, isThere = isMicrophoneThere();
    this.button.hidden = isOff || !hears.length || !isThere;
    this.button.textContent = this.microphone ? words.done : words.speak;
    const note = isOff ? "" : !isThere ? words.insecure : !hears.length ? words.deaf
      : hears.includes(language) ? "" : fill(words.hearsonly, hears.map((name) => OWN_NAMES[name] || name).join(words.comma));
    if (this.note.textContent !== note) this.note.textContent = note;
    this.note.hidden = !note;
  }

  async begin() {
    const microphone = this.microphone = new Microphone((samples) => this.line.sound(samples));
    this.press(true);
    try {
      microphone.opened = microphone.open();
      await microphone.opened;
    } catch (error) {
      if (this.microphone !== microphone) return;
      this.microphone = null;
      this.press(false);
      this.line.tell(fill(this.words.denied, error.message));
      await microphone.close();
      return;
    }
    if (this.microphone !== microphone) return; // let go before it was there
    microphone.hasBegun = this.line.begin();
    this.line.tell(microphone.hasBegun ? this.words.listening : this.words.closed);
    this.longest = setTimeout(() => this.end(), LONGEST_MS);
  }

  /** Nobody who cannot see the button is listened to. */
  letGo() {
    if (this.microphone) this.end();
  }

  async end() {
    const { microphone } = this;
    this.microphone = null;
    clearTimeout(this.longest);
    this.press(false);
    await microphone.opened.catch(() => {});
    await microphone.close();
    if (microphone.hasBegun) this.line.tell(this.line.end() ? this.words.understanding : this.words.closed);
  }

  press(isPressed) {
    this.button.setAttribute("aria-pressed", String(isPressed));
    this.button.textContent = isPressed ? this.words.done : this.words.speak;
  }
}

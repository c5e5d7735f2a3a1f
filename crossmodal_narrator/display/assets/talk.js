// The connection: it comes back by itself, and says what it has heard already.

const FIRST_WAIT_MS = 250, LONGEST_WAIT_MS = 3000;
const CATCHES_UP_FOR_MS = 10_000;
const MOST_UNSENT = 256 * 1024; // bytes of sound that wait for a slow network
const UNWANTED = 4401, FULL = 4429;

/** A name that tells this page from others, and stays when it is loaded again. */
function seat() {
  const kept = sessionStorage.getItem("seat");
  if (kept) return kept;
  const made = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  sessionStorage.setItem("seat", made);
  return made;
}

/** From the address once, then out of sight: an address is shown, sent on and remembered. */
function token() {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (given) {
    sessionStorage.setItem("token", given);
    history.replaceState(null, "", location.pathname);
  }
  return sessionStorage.getItem("token") || "";
}

export class Talk {
  /** `hear` takes each message; `tell` the state of the line: open, closed, unwanted or full. */
  constructor(hear, tell) {
    Object.assign(this, { hear, tell, board: "", number: 0, wait: FIRST_WAIT_MS, isLooking: true });
    this.open();
  }

  open() {
    this.socket = new WebSocket(`${location.protocol === "https:" ? "wss:" : "ws:"}//${location.host}/talk`);
    this.socket.onopen = () => this.send({ kind: "hello", token: token(), seat: seat(), board: this.board, after: this.number });
    this.socket.onmessage = (event) => this.take(JSON.parse(event.data));
    this.socket.onclose = (event) => {
      this.tell(event.code === UNWANTED ? "unwanted" : event.code === FULL ? "full" : "closed");
      setTimeout(() => this.open(), event.code === UNWANTED ? 12_000 : this.wait * (0.75 + Math.random() / 2));
      this.wait = Math.min(2 * this.wait, LONGEST_WAIT_MS);
    };
  }

  take(message) {
    if (message.kind === "welcome") {
      this.wait = FIRST_WAIT_MS;
      if (message.board !== this.board) {
        this.number = 0;
        this.catchesUpUntil = performance.now() + CATCHES_UP_FOR_MS;
      }
      this.board = message.board;
      this.tell("open");
      this.look(this.isLooking);
      return;
    }
    if (message.number !== undefined) this.number = message.number;
    this.hear(message);
  }

  /** The node has just restarted: it is told again by others what it had told us. */
  get isCatchingUp() {
    return performance.now() < this.catchesUpUntil;
  }

  send(message) {
    if (this.socket.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(message));
    return true;
  }

  look(isLooking) {
    this.isLooking = isLooking;
    if (!isLooking) this.send({ kind: "look", is_looking: false });
    else if (this.board) this.send({ kind: "look", is_looking: true });
  }

  /** Sound follows, on this line only: after a break it would be without a beginning. */
  speak(language) {
    this.spokenOn = this.send({ kind: "talk", is_talking: true, language }) ? this.socket : null;
    return this.spokenOn !== null;
  }

  sound(samples) {
    if (this.spokenOn === this.socket && this.socket.readyState === WebSocket.OPEN && this.socket.bufferedAmount < MOST_UNSENT) this.socket.send(samples);
  }

  /** Whether what was said has gone out. */
  hush() {
    const isWhole = this.spokenOn === this.socket;
    this.spokenOn = null;
    return isWhole && this.send({ kind: "talk", is_talking: false, language: "en" });
  }
}

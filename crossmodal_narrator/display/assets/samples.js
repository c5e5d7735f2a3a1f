// In the browser's audio thread: what the microphone gives, at whatever rate, becomes 16 kHz by the mean of what lies between.

const RATE_HZ = 16_000, PIECE = 1600;

class Samples extends AudioWorkletProcessor {
  constructor() {
    super();
    Object.assign(this, { width: sampleRate / RATE_HZ, sum: 0, filled: 0, piece: new Int16Array(PIECE), count: 0 });
    this.port.onmessage = () => { this.give(); this.port.postMessage(null); };
  }

  process([[channel]]) {
    for (const value of channel ?? []) this.add(value);
    return true;
  }

  add(value) {
    for (let left = 1; left > 1e-9;) {
      const part = Math.min(left, this.width - this.filled);
      this.sum += value * part;
      this.filled += part;
      left -= part;
      if (this.filled < this.width - 1e-9) continue;
      this.piece[this.count] = Math.max(-32768, Math.min(32767, Math.round((32768 * this.sum) / this.width)));
      Object.assign(this, { sum: 0, filled: 0, count: this.count + 1 });
      if (this.count === PIECE) this.give();
    }
  }

  give() {
    if (this.count) this.port.postMessage(this.piece.slice(0, this.count).buffer);
    this.count = 0;
  }
}

registerProcessor("samples", Samples);

// The browser's microphone, on from `open` to `close`: one channel, 16 kHz, 16 bits, a tenth of a second at a time.

const WANTED = { audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true } };

/** Browsers give it to a page of this machine, or one that came by https. */
export const isMicrophoneThere = () => Boolean(window.isSecureContext && navigator.mediaDevices?.getUserMedia && window.AudioWorkletNode);

export class Microphone {
  /** `sound` takes each piece. */
  constructor(sound) {
    this.sound = sound;
  }

  async open() {
    this.stream = await navigator.mediaDevices.getUserMedia(WANTED);
    this.context = new AudioContext();
    await this.context.audioWorklet.addModule("samples.js");
    this.samples = new AudioWorkletNode(this.context, "samples", { numberOfOutputs: 0 });
    this.samples.port.onmessage = (event) => (event.data ? this.sound(event.data) : this.flushed?.());
    this.context.createMediaStreamSource(this.stream).connect(this.samples);
    await this.context.resume();
  }

  /** After the last piece has been given. */
  async close() {
    if (this.samples) {
      const last = new Promise((resolve) => { this.flushed = resolve; });
      this.samples.port.postMessage("end");
      await Promise.race([last, new Promise((resolve) => setTimeout(resolve, 500))]);
    }
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    await this.context?.close();
  }
}

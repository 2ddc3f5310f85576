// Plays one take at a time, also while it is being made.
import { ScheduledPlayback } from "./fallback.js";

const LEAST_AHEAD_S = 0.3; // sound in hand before it begins
const SAFE_SPEED = 1.15; // a model slows down as a piece gets long

/** Events: "position" (fifteen a second), "change" (played, paused, another take), "finished". */
export class Player extends EventTarget {
  #context;
  #port;
  #generation = 0;
  #base = 0; // frame of the take that came first since the last clear
  #sent = 0; // frame of the take up to which chunks were sent
  #onSound = () => this.#feed();
  take = null;
  playing = false; // wanted by the listener
  waiting = false; // for enough sound in hand
  position = 0; // frame of the take
  gaps = 0;

  get positionS() {
    return this.take ? this.position / this.take.rateHz : 0;
  }

  /** Must begin in a click or a key press, or the browser refuses sound. */
  async unlock(rateHz = 32000) {
    if (this.#context?.sampleRate === rateHz) return this.#context.resume();
    await this.#context?.close();
    this.#context = new AudioContext({ sampleRate: rateHz, latencyHint: "playback" });
    const context = this.#context;
    context.resume();
    if (context.audioWorklet) {
      await context.audioWorklet.addModule("worklet.js");
      const node = new AudioWorkletNode(context, "playback", { numberOfInputs: 0, outputChannelCount: [2] });
      node.connect(context.destination);
      this.#port = node.port;
    } else {
      this.#port = new ScheduledPlayback(context, context.destination);
    }
    this.#port.onmessage = ({ data }) => this.#report(data);
  }

  /** Plays a take from a frame on, or once there is sound. */
  async play(take, frame = 0) {
    await this.unlock(take.rateHz);
    this.#leave();
    this.take = take;
    take.addEventListener("sound", this.#onSound);
    this.playing = true;
    this.seek(frame);
  }

  /** Another frame of the same take. */
  seek(frame) {
    const { take } = this;
    this.#base = this.#sent = this.position = Math.max(take.firstFrame, Math.min(frame, take.frames));
    this.#port.postMessage({ clear: ++this.#generation });
    this.waiting = true;
    this.#feed();
    this.#changed();
  }

  pause() {
    this.playing = false;
    this.#context?.suspend();
    this.#changed();
  }

  resume() {
    this.playing = true;
    if (this.take.ended && this.position >= this.take.frames) this.seek(this.take.firstFrame);
    this.#feed();
    this.#changed();
  }

  /** Silence; the take is let go. */
  stop() {
    this.#leave();
    this.#port?.postMessage({ clear: ++this.#generation });
    this.take = null;
    this.playing = this.waiting = false;
    this.#changed();
  }

  #leave() {
    this.take?.removeEventListener("sound", this.#onSound);
  }

  #feed() {
    const { take } = this;
    if (take.rateHz !== this.#context.sampleRate) return this.play(take);
    for (const chunk of take.from(this.#sent)) this.#port.postMessage({ chunk });
    this.#sent = take.frames;
    if (take.whole) this.#port.postMessage({ end: true });
    if (this.waiting && this.#enough()) {
      this.waiting = false;
      this.#changed();
    }
    if (this.playing && !this.waiting) this.#context.resume();
    else this.#context.suspend();
  }

  // Sound in hand so that it will not run dry: all that a slow model cannot make in time.
  #enough() {
    const { take } = this;
    if (take.whole) return true;
    const aheadS = (take.frames - this.position) / take.rateHz;
    const speed = take.speed();
    const leftS = take.durationS === null ? 3 : take.durationS - this.positionS;
    const neededS = speed === null ? 1 : leftS * (1 - speed / SAFE_SPEED);
    return aheadS >= Math.max(LEAST_AHEAD_S, neededS);
  }

  #report({ generation, played, gaps, dry, finished }) {
    if (generation !== this.#generation || !this.take) return;
    this.position = this.#base + played;
    this.gaps = gaps;
    if (dry && !this.waiting) {
      this.waiting = true; // what comes is collected before it goes on
      this.#feed();
    }
    if (finished) {
      this.playing = false;
      this.position = this.take.frames;
      this.#changed();
      this.dispatchEvent(new Event("finished"));
    }
    this.dispatchEvent(new Event("position"));
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}

// Music without end from `musicgen serve`, played while it is made and steered while it plays.

const MOST_AHEAD_S = 2;  // what is held here is heard before anything new
const START_S = 0.3;

export class Music {
  constructor() {
    this.context = new AudioContext();
    this.stop = new AbortController();  // aborting ends the job on the server too
  }

  async start(input, more = {}) {
    const answer = await fetch("/v1/audio/generate", {
      method: "POST",
      headers: {"Content-Type": "application/json"},
      body: JSON.stringify({input, audio_length: null, stream: true, response_format: "pcm", ...more}),
      signal: this.stop.signal,
    });
    if (!answer.ok) throw new Error((await answer.json()).error.message);
    this.job = answer.headers.get("X-Job-Id");
    this.rate = Number(answer.headers.get("X-Sample-Rate"));
    this.channels = Number(answer.headers.get("X-Channels"));
    this.next = this.begun = 0;
    await this.context.resume();
    return this.#play(answer.body.getReader());  // until it ends or is stopped
  }

  async #play(reader) {
    let rest = new Uint8Array(0);
    while (true) {
      const {done, value} = await reader.read();
      if (done) return;
      const bytes = new Uint8Array(rest.length + value.length);
      bytes.set(rest);
      bytes.set(value, rest.length);
      const whole = bytes.length - bytes.length % (2 * this.channels);
      rest = bytes.slice(whole);
      if (whole > 0) this.#schedule(new Int16Array(bytes.buffer.slice(0, whole)));
      while (this.next - this.context.currentTime > MOST_AHEAD_S) await new Promise((go) => setTimeout(go, 100));
    }
  }

  #schedule(samples) {
    const frames = samples.length / this.channels;
    const buffer = this.context.createBuffer(this.channels, frames, this.rate);
    for (let c = 0; c < this.channels; ++c) {
      const to = buffer.getChannelData(c);
      for (let n = 0; n < frames; ++n) to[n] = samples[n * this.channels + c] / 32768;
    }
    const source = new AudioBufferSourceNode(this.context, {buffer});
    source.connect(this.context.destination);
    const at = Math.max(this.next, this.context.currentTime + (this.next ? 0.02 : START_S));
    this.begun += at - this.next;  // where it ran dry, the music's clock stood still
    source.start(at);
    this.next = at + buffer.duration;
  }

  // Seconds of the music that have been heard.
  get heard() { return Math.max(0, this.context.currentTime - this.begun); }

  // Resolves to the seconds until the change is heard.
  async steer(fields) {
    const answer = await fetch(`/v1/jobs/${this.job}`, {
      method: "PATCH",
      headers: {"Content-Type": "application/json"},
      body: JSON.stringify(fields),
    });
    const body = await answer.json();
    if (!answer.ok) throw new Error(body.error.message);
    return Math.max(0, body.steered_step / 50 - this.heard);
  }
}

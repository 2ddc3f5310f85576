// Plays chunks without an AudioWorklet, which plain http lacks; same messages as
// worklet.js. Each chunk is scheduled behind the one before.

export class ScheduledPlayback {
  constructor(context, destination) {
    this.context = context;
    this.destination = destination;
    this.onmessage = () => {};
    this.sources = new Set();
    this.clear(0);
    setInterval(() => this.report(), 66);
  }

  postMessage({ clear, chunk, end }) {
    if (clear !== undefined) this.clear(clear);
    if (chunk) this.schedule(chunk);
    if (end) this.ended = true;
  }

  clear(generation) {
    for (const source of this.sources) source.stop();
    this.sources.clear();
    Object.assign(this, { generation, next: 0, total: 0, gaps: 0, ended: false, said: false });
  }

  schedule(channels) {
    const { context } = this;
    const frames = channels[0].length;
    const buffer = context.createBuffer(channels.length, frames, context.sampleRate);
    channels.forEach((channel, c) => buffer.copyToChannel(channel, c));
    const source = new AudioBufferSourceNode(context, { buffer });
    source.connect(this.destination);
    if (this.next < context.currentTime) {
      if (this.total > 0) this.gaps++;
      this.next = context.currentTime + 0.02;
    }
    source.start(this.next);
    source.onended = () => this.sources.delete(source);
    this.sources.add(source);
    this.next += frames / context.sampleRate;
    this.total += frames;
  }

  report() {
    if (this.total === 0 || this.said) return;
    const { sampleRate, currentTime, state } = this.context;
    if (state !== "running" && !this.ended) return;
    const ahead = Math.max(0, this.next - currentTime);
    const finished = this.ended && ahead === 0;
    this.said = finished;
    const played = Math.max(0, this.total - Math.round(ahead * sampleRate));
    this.onmessage({ data: { generation: this.generation, played, gaps: this.gaps, dry: ahead === 0 && !this.ended, finished } });
  }
}

// On the audio thread: plays the chunks that it is sent in turn, and says how far it is.

class Playback extends AudioWorkletProcessor {
  constructor() {
    super();
    this.clear(0);
    this.port.onmessage = ({ data }) => {
      if (data.clear !== undefined) this.clear(data.clear);
      if (data.chunk) this.chunks.push(data.chunk);
      if (data.end) this.ended = true;
    };
  }

  clear(generation) {
    this.generation = generation; // tells reports of this sound from late ones of the sound before
    this.chunks = []; // arrays of Float32Array, one per channel
    this.offset = 0; // frames of the first chunk that were played
    this.played = 0; // frames
    this.gaps = 0; // times that sound was missing in the middle
    this.dry = false;
    this.ended = false;
    this.toReport = 0;
    this.said = false;
  }

  process(inputs, [output]) {
    const wanted = output[0].length;
    let at = 0;
    while (at < wanted && this.chunks.length > 0) {
      const chunk = this.chunks[0];
      const take = Math.min(wanted - at, chunk[0].length - this.offset);
      output.forEach((channel, c) =>
        channel.set((chunk[c] ?? chunk[0]).subarray(this.offset, this.offset + take), at));
      at += take;
      this.offset += take;
      if (this.offset === chunk[0].length) {
        this.chunks.shift();
        this.offset = 0;
      }
    }
    this.played += at;
    const dry = at < wanted && this.played > 0 && !this.ended;
    if (dry && !this.dry) this.gaps++;
    this.dry = dry;
    this.report(wanted, this.ended && this.chunks.length === 0);
    return true;
  }

  // Fifteen times a second, and once at the end.
  report(frames, finished) {
    this.toReport -= frames;
    if (this.toReport > 0 && !(finished && !this.said)) return;
    this.toReport = sampleRate / 15;
    this.said = finished;
    this.port.postMessage({ generation: this.generation, played: this.played, gaps: this.gaps, dry: this.dry, finished });
  }
}

registerProcessor("playback", Playback);

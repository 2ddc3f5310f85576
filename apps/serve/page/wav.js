// Sound as 16-bit samples: WAV files written, and sound files of any kind read.

/** The bytes of a WAV file; samples are interleaved. */
export function encodeWav(samples, channels, rateHz) {
  const bytes = new ArrayBuffer(44 + samples.byteLength);
  const view = new DataView(bytes);
  const text = (at, word) => [...word].forEach((c, i) => view.setUint8(at + i, c.charCodeAt(0)));
  text(0, "RIFF");
  view.setUint32(4, 36 + samples.byteLength, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, channels, true);
  view.setUint32(24, rateHz, true);
  view.setUint32(28, 2 * channels * rateHz, true);
  view.setUint16(32, 2 * channels, true);
  view.setUint16(34, 16, true);
  text(36, "data");
  view.setUint32(40, samples.byteLength, true);
  new Int16Array(bytes, 44).set(samples);
  return bytes;
}

/** Floats, one array per channel → interleaved 16-bit samples. */
export function interleave(channels) {
  const samples = new Int16Array(channels.length * channels[0].length);
  channels.forEach((channel, c) => {
    for (let i = 0; i < channel.length; i++) {
      samples[i * channels.length + c] = Math.round(32767 * Math.max(-1, Math.min(1, channel[i])));
    }
  });
  return samples;
}

/** Any sound file that the browser knows: {samples: Int16Array interleaved, channels, rateHz}. */
export async function decode(bytes, rateHz = 32000) {
  const sound = await new OfflineAudioContext(1, 1, rateHz).decodeAudioData(bytes);
  const channels = [];
  for (let c = 0; c < Math.min(2, sound.numberOfChannels); c++) channels.push(sound.getChannelData(c));
  return { samples: interleave(channels), channels: channels.length, rateHz };
}

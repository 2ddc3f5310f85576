// Prompts to begin with, in words that the demo model knows.

export const EXAMPLES = [
  ["Lofi", "a calm lofi tune with vibraphone, electric piano and drums at 75 bpm in f major"],
  ["Techno", "a dark techno track with lead synth, warm pad and drums, 125 bpm in a minor"],
  ["Jazz", "a swing jazz piece with piano, electric piano, double bass and drums, 120 bpm in b flat major"],
  ["Rock", "happy rock with drums and electric guitar"],
  ["Ambient", "slow dreamy ambient music with nylon guitar and soft pad in d major, without drums"],
];

const WORDS = {
  mood: ["happy", "calm", "dark", "sad", "bright", "dreamy", "melancholic", "uplifting"],
  style: ["pop", "rock", "lofi", "techno", "jazz", "waltz", "ambient"],
  noun: ["song", "track", "tune", "piece"],
  lead: ["piano", "flute", "nylon guitar", "vibraphone", "lead synth"],
  chords: ["piano chords", "strummed guitar", "electric piano", "warm pad"],
  drums: [" and drums", " and drums", " and a drum machine", ", no drums"],
  key: ["c major", "d major", "f major", "g major", "b flat major", "a minor", "d minor", "e minor", "g minor"],
};

export function idea() {
  const of = (name) => WORDS[name][Math.floor(Math.random() * WORDS[name].length)];
  const bpm = 76 + 4 * Math.floor(19 * Math.random());
  return `a ${of("mood")} ${of("style")} ${of("noun")} with ${of("lead")}, ${of("chords")}${of("drums")} at ${bpm} bpm in ${of("key")}`;
}

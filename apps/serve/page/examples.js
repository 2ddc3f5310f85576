// Prompts to begin with, in words that the demo model knows.

export const EXAMPLES = [
  ["Lofi", "a calm lofi tune with vibraphone, electric piano and drums at 75 bpm in f major"],
  ["Techno", "a dark techno track with lead synth, warm pad and drums, 125 bpm in a minor"],
  ["Jazz", "a swing jazz piece with piano, electric piano, double bass and drums, 120 bpm in b flat major"],
  ["Rock", "happy rock with drums and electric guitar"],
  ["Ambient", "slow dreamy ambient music with nylon guitar and soft pad in d major, without drums"],
];

// The same request for a shell, the command line and Python.

const OPTIONAL = ["guidance", "beta", "temperature", "top_k", "top_p"];
const PARAMETERS = ["cfg_coef", "cfg_coef_beta", "temperature", "top_k", "top_p"];
const OPTIONS = PARAMETERS.map((name) => `--${name.replaceAll("_", "-")}`);
const FIELDS = ["guidance_scale", ...PARAMETERS.slice(1)];

const quote = (text) => `'${text.replaceAll("'", "'\\''")}'`;

/** [name, value] of what was chosen, by another program's names. */
const chosen = (settings, names) => OPTIONAL.map((ours, i) => [names[i], settings[ours] ?? null]).filter(([, value]) => value !== null);

/**
 * @param {object} what settings, seed, lengthS, files (names or null), keyed
 * @param {string} origin of the server
 */
export function curl({ settings, seed, lengthS, files, keyed }, origin) {
  const fields = { input: settings.prompt, model: settings.model, audio_length: lengthS, seed, response_format: "wav",
    ...Object.fromEntries(chosen(settings, FIELDS)) };
  const sounds = Object.entries(files).filter(([, name]) => name);
  const parts = sounds.length === 0
    ? ["-H 'Content-Type: application/json'", `-d ${quote(JSON.stringify(fields))}`]
    : [...Object.entries(fields).map(([name, value]) => `--form-string ${quote(`${name}=${value}`)}`),
       ...sounds.map(([name, file]) => `-F ${quote(`${name}=@"${file}"`)}`)];
  if (keyed) parts.unshift('-H "Authorization: Bearer $MUSICGEN_API_KEY"');
  return [`curl ${origin}/v1/audio/generate -o out.wav`, ...parts].join(" \\\n  ");
}

export function commandLine({ settings, seed, lengthS, files }) {
  const options = chosen(settings, OPTIONS).map(([name, value]) => `${name} ${value}`);
  for (const [kind, name] of Object.entries(files)) {
    if (name) options.push(`--${kind === "audio_prompt" ? "continue" : kind} ${quote(name)}`);
  }
  return [`musicgen generate -m ${quote(settings.model)} -s ${seed} -d ${lengthS}`, ...options,
    `-o out.wav -- ${quote(settings.prompt)}`].join(" \\\n  ");
}

export function pythonCode({ settings, seed, lengthS, files }) {
  const parameters = [["duration", lengthS], ...chosen(settings, PARAMETERS)].map(([name, value]) => `${name}=${value}`);
  const prompt = JSON.stringify(settings.prompt);
  const sound = files.audio_prompt ?? files.style ?? files.melody;
  const call = files.audio_prompt ? `generate_continuation(sound, rate, [${prompt}]`
    : sound ? `generate_with_chroma([${prompt}], [sound], rate` : `generate([${prompt}]`;
  return `from musicgen.models import MusicGen
from musicgen.data.audio import audio_read, audio_write

model = MusicGen.get_pretrained(${JSON.stringify(settings.model)})
model.set_generation_params(${parameters.join(", ")})
${sound ? `sound, rate = audio_read(${JSON.stringify(sound)})\n` : ""}wav = model.${call}, seed=${seed})
audio_write("out", wav[0].cpu(), model.sample_rate, strategy="loudness")`;
}

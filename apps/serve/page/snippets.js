// The same request for a shell, the command line and Python.

const quote = (text) => `'${text.replaceAll("'", "'\\''")}'`;
const python = (text) => JSON.stringify(text).replace(/[\u007f-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** Names of the values that differ from the model's own. */
function chosen(settings, names) {
  return Object.entries(names).filter(([, value]) => settings[value] !== null && settings[value] !== undefined);
}

/** @param {object} take settings, seed, lengthS, files: {melody, audio_prompt} names or null */
export function curl({ settings, seed, lengthS, files, keyed }, origin) {
  const fields = { input: settings.prompt, model: settings.model, audio_length: lengthS, seed, response_format: "wav" };
  for (const [name, value] of chosen(settings, { guidance_scale: "guidance", temperature: "temperature", top_k: "top_k", top_p: "top_p" })) {
    fields[name] = settings[value];
  }
  const given = Object.entries(files).filter(([, name]) => name);
  const key = keyed ? ' \\\n  -H "Authorization: Bearer $MUSICGEN_API_KEY"' : "";
  const body = given.length === 0
    ? ` \\\n  -H 'Content-Type: application/json' \\\n  -d ${quote(JSON.stringify(fields))}`
    : [...Object.entries(fields).map(([name, value]) => ` \\\n  --form-string ${quote(`${name}=${value}`)}`),
       ...given.map(([name, file]) => ` \\\n  -F ${quote(`${name}=@"${file}"`)}`)].join("");
  return `curl ${origin}/v1/audio/generate -o out.wav${key}${body}`;
}

export function commandLine({ settings, seed, lengthS, files }) {
  const options = chosen(settings, { "--cfg-coef": "guidance", "--temperature": "temperature", "--top-k": "top_k", "--top-p": "top_p" })
    .map(([name, value]) => ` ${name} ${settings[value]}`).join("");
  const sounds = (files.melody ? ` --melody ${quote(files.melody)}` : "") +
    (files.audio_prompt ? ` --continue ${quote(files.audio_prompt)}` : "");
  return `musicgen generate -m ${quote(settings.model)} -s ${seed} -d ${lengthS}${options}${sounds} \\\n  -o out.wav -- ${quote(settings.prompt)}`;
}

export function pythonCode({ settings, seed, lengthS, files }) {
  const parameters = [["duration", lengthS], ...chosen(settings, { cfg_coef: "guidance", temperature: "temperature", top_k: "top_k", top_p: "top_p" })
    .map(([name, value]) => [name, settings[value]])].map(([name, value]) => `${name}=${value}`).join(", ");
  const prompt = python(settings.prompt);
  const read = (name, file) => `${name}, rate = audio_read(${python(file)})\n`;
  let call = `wav = model.generate([${prompt}], seed=${seed})`;
  if (files.audio_prompt) {
    call = `${read("start", files.audio_prompt)}wav = model.generate_continuation(start, rate, [${prompt}], seed=${seed})`;
  } else if (files.melody) {
    call = `${read("melody", files.melody)}wav = model.generate_with_chroma([${prompt}], [melody], rate, seed=${seed})`;
  }
  return `from musicgen.models import MusicGen
from musicgen.data.audio import audio_read, audio_write

model = MusicGen.get_pretrained(${python(settings.model)})
model.set_generation_params(${parameters})
${call}
audio_write("out", wav[0].cpu(), model.sample_rate, strategy="loudness")`;
}

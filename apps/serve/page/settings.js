// What is asked of the model, in the form's words and a request's.

/**
 * @typedef {object} Settings
 * @property {string} prompt
 * @property {string} model
 * @property {number|null} duration_s of new music; null: without end
 * @property {number} guidance
 * @property {number|null} beta of style models
 * @property {number|null} seed null: the server draws one
 * @property {number|null} temperature and top_k, top_p; null: the model's own
 * @property {number} start_s of the sound that it goes on from; 0: none
 */

/** A model's name for people: of a folder the last part. */
export const nameOf = (model) => (/^[./~]/.test(model) ? model.split("/").filter(Boolean).at(-1) : model);

/** Fields of POST /v1/audio/generate; the length counts the sound it goes on from. */
export function fields(settings) {
  const all = {
    input: settings.prompt,
    model: settings.model,
    audio_length: settings.duration_s === null ? null : settings.duration_s + settings.start_s,
    guidance_scale: settings.guidance,
    cfg_coef_beta: settings.beta ?? null,
    seed: settings.seed,
    temperature: settings.temperature,
    top_k: settings.top_k,
    top_p: settings.top_p,
  };
  return Object.fromEntries(Object.entries(all).filter(([name, value]) => value !== null || name === "audio_length"));
}

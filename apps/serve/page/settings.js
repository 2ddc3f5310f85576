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
export function fields({ prompt, duration_s, start_s, guidance, beta, ...same }) {
  const given = { input: prompt, guidance_scale: guidance, cfg_coef_beta: beta ?? null, ...same };
  return { ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null)),
    audio_length: duration_s === null ? null : duration_s + start_s };
}

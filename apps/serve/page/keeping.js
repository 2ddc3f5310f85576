// Between takes in memory and what history.js stores of them.
import * as history from "./history.js";
import { Take } from "./take.js";
import { decode } from "./wav.js";

const PLAIN = ["id", "created", "settings", "seed", "steerings", "favourite", "jobId", "state", "rateHz", "files"];

/** Stores all but the sound; the sound too when it is given. */
export async function keep(take, withSound = false) {
  const record = Object.fromEntries(PLAIN.map((name) => [name, take[name]]));
  record.outline = take.outline(120);
  record.lengthS = take.lengthS;
  await history.put(record, withSound ? take.file : null);
}

/** A take whose sound is read when it is needed. */
export function restore({ outline, lengthS, ...plain }) {
  return Object.assign(new Take(plain.settings), plain, { ended: true, whole: true, keptOutline: outline, keptLengthS: lengthS });
}

/** Reads the sound of a take that came from the history. */
export async function load(take) {
  if (take.frames > 0 || !take.ended) return take;
  const file = await history.sound(take.id);
  if (!file) throw new Error("This take is no longer in the browser's history.");
  take.finish(file, await decode(file.slice(0), take.rateHz));
  return take;
}

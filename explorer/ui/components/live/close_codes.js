// What a close of the live socket means, by its code (docs/live.md), and when it is tried again.

import { clamp } from "../shared/numbers.js";
import { N_ } from "../shared/words.js";

/**
 * @typedef {object} Meaning
 * @property {"retry" | "renew" | "stop"} action connect again; ask for a new handle first; leave it
 * @property {string} notice for the visitor
 * @property {number} firstMs the wait before the first try, which doubles with each further one; of "retry" alone
 * @property {number} longestMs
 */

/** @type {Meaning} */
const LOST = { action: "retry", notice: N_("Reconnecting…"), firstMs: 300, longestMs: 2000 };
/** @type {Meaning} */
const RENEWED = { ...LOST, action: "renew" };
/** @type {Omit<Meaning, "notice">} */
const BUSY = { action: "retry", firstMs: 4000, longestMs: 60_000 }; // what lasts longer than a moment

/** @type {Record<number, Meaning>} */
const MEANINGS = {
  4400: { ...LOST, action: "stop", notice: N_("The server refused these values. Reload the page to connect again.") },
  4404: RENEWED, // the server does not know the handle, after a restart for example
  4409: RENEWED, // the run's model takes another z, or makes images of another size, than the page's
  4429: { ...BUSY, notice: N_("The server has too many live connections. Trying again…") },
  4503: { ...BUSY, notice: N_("The run's files are missing or damaged. Trying again…") },
};

/**
 * @param {number} code
 * @returns {Meaning}
 */
export const meaningOf = (code) => MEANINGS[code] ?? LOST;

/**
 * The wait before the next try, up to a quarter shorter or longer by chance: not all pages come at the same moment.
 *
 * @param {Meaning} meaning
 * @param {number} failures in a row, this one included
 */
export function waitMs({ firstMs, longestMs }, failures) {
  return clamp(firstMs * 2 ** (failures - 1), firstMs, longestMs) * (0.75 + Math.random() / 2);
}

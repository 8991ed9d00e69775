// z as numbers and as text: both with so many decimals everywhere that what a link says is what was seen.

const UNIT = 10_000; // four decimals
const FRACTIONS = Array.from({ length: UNIT }, (_, i) => `.${String(UNIT + i).slice(1)}`);

/** @param {Float32Array} z */
export const roundZ = (z) => z.map((value) => (Math.sign(value) * Math.round(Math.abs(value) * UNIT)) / UNIT);

/**
 * As `toFixed(4)` of each, several times as fast: a thousand numbers are written twice an image while the hand moves.
 *
 * @param {ArrayLike<number>} z
 */
export function formatZ(z) {
  const texts = new Array(z.length);
  for (let i = 0; i < z.length; i++) {
    const parts = Math.round(Math.abs(z[i]) * UNIT);
    texts[i] = (z[i] < 0 ? "-" : "") + Math.floor(parts / UNIT) + FRACTIONS[parts % UNIT];
  }
  return texts.join(",");
}

/** @param {string} text */
export const parseZ = (text) => text.split(",").map(Number);

// z as numbers and as text: both with so many decimals everywhere that what a link says is what was seen.

const DECIMALS = 4;

/** @param {Float32Array} z */
export const roundZ = (z) => z.map((value) => Number(value.toFixed(DECIMALS)));

/** @param {ArrayLike<number>} z */
export const formatZ = (z) => Array.from(z, (value) => value.toFixed(DECIMALS)).join(",");

/** @param {string} text */
export const parseZ = (text) => text.split(",").map(Number);

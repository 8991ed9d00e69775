// Arrays of numbers, one behind the other.

/**
 * @template {Float32Array | Uint8Array} Numbers
 * @param {Numbers} all new, as long as all parts together
 * @param {ArrayLike<number>[]} parts
 * @returns {Numbers}
 */
function filled(all, parts) {
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** @param {ArrayLike<number>[]} parts */
const lengthOf = (parts) => parts.reduce((sum, part) => sum + part.length, 0);

/** @param {ArrayLike<number>[]} parts */
export const joinedFloats = (parts) => filled(new Float32Array(lengthOf(parts)), parts);

/** @param {ArrayLike<number>[]} parts */
export const joinedBytes = (parts) => filled(new Uint8Array(lengthOf(parts)), parts);

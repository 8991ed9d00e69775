// Run-length encoding: runs of equal cells, row by row, each a length (uint16, little-endian) and a value (uint8), in
// base 64.

import { fromBase64, toBase64 } from "../shared/base64.js";

/**
 * @param {Uint8Array} cells row by row
 * @param {number} width of a row; a run ends with its row at the latest
 */
export function encode(cells, width) {
  const bytes = [];
  for (let first = 0, end; first < cells.length; first = end) {
    const row = first - (first % width) + width;
    for (end = first + 1; end < row && cells[end] === cells[first]; end++);
    bytes.push((end - first) & 255, (end - first) >> 8, cells[first]);
  }
  return toBase64(Uint8Array.from(bytes));
}

/**
 * @param {string} text
 * @param {number} n how many cells
 */
export function decode(text, n) {
  const bytes = fromBase64(text);
  const cells = new Uint8Array(n);
  for (let i = 0, first = 0; i < bytes.length; i += 3) {
    const end = first + bytes[i] + 256 * bytes[i + 1];
    cells.fill(bytes[i + 2], first, end);
    first = end;
  }
  return cells;
}

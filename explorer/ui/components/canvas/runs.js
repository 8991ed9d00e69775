// Cells as runs of equal ones, row by row: a length (uint16, little-endian) and a value (uint8) each, in base 64.

/** uint8 cells, row by row, as text. */
export function pack(cells, width) {
  const bytes = [];
  for (let first = 0, end; first < cells.length; first = end) {
    const row = first - (first % width) + width; // a run ends with its row
    for (end = first + 1; end < row && cells[end] === cells[first]; end++);
    bytes.push((end - first) & 255, (end - first) >> 8, cells[first]);
  }
  return btoa(bytes.map((byte) => String.fromCharCode(byte)).join(""));
}

/** The other way; `n` cells. */
export function unpack(text, n) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const cells = new Uint8Array(n);
  for (let i = 0, at = 0; i < bytes.length; i += 3) {
    const end = at + bytes[i] + 256 * bytes[i + 1];
    cells.fill(bytes[i + 2], at, end);
    at = end;
  }
  return cells;
}

// A decoder as Python packs it: operations and their constants (docs/live.md).

/** @import { Program, ProgramHeader } from "./types.js" */

const FORMAT = 1;

/**
 * The program in packed bytes; an error for another format.
 *
 * @param {Uint8Array} bytes
 * @returns {Program}
 */
export function unpacked(bytes) {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  /** @type {ProgramHeader} */
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  if (header.format !== FORMAT) throw new Error(`The decoder has format ${header.format}, not ${FORMAT}`);
  const blobs = bytes.slice(4 + length); // a copy, so that it is aligned
  const constants = header.constants.map(([offset, count, kind]) => {
    if (kind === "f4") return new Float32Array(blobs.buffer, offset, count);
    if (kind === "i4") return new Int32Array(blobs.buffer, offset, count);
    return fromHalves(new Uint16Array(blobs.buffer, offset, count));
  });
  return { ...header, constants };
}

/**
 * float16 as float32.
 *
 * @param {Uint16Array} halves their bits
 */
export function fromHalves(halves) {
  const floats = new Float32Array(halves.length);
  const bits = new Uint32Array(floats.buffer);
  for (let i = 0; i < halves.length; i++) {
    const half = halves[i];
    const magnitude = half & 0x7fff;
    if (magnitude < 0x400) floats[i] = magnitude * 2 ** -24;
    else bits[i] = (magnitude << 13) + ((magnitude < 0x7c00 ? 112 : 224) << 23);
    bits[i] |= (half & 0x8000) << 16;
  }
  return floats;
}

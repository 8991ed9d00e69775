// A JSON object and binary parts as one byte string: the other way of live/payload.js.

import { joinedBytes } from "../shared/joined.js";

/**
 * @param {object} header
 * @param {Record<string, ArrayBufferView | null>} blobs those that are null are left out
 */
export function pack(header, blobs) {
  /** @type {Record<string, [number, number]>} */
  const places = {};
  /** @type {Uint8Array[]} */
  const parts = [];
  let offset = 0;
  for (const [name, blob] of Object.entries(blobs)) {
    if (!blob) continue;
    places[name] = [offset, blob.byteLength];
    parts.push(new Uint8Array(blob.buffer, blob.byteOffset, blob.byteLength));
    offset += blob.byteLength;
  }
  const text = new TextEncoder().encode(JSON.stringify({ ...header, blobs: places }));
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, text.length, true);
  return joinedBytes([length, text, ...parts]);
}

// What Python gives the component, as one byte string (docs/live.md).

/** @import { Header } from "./types.js" */

/** uint32 length, JSON of that length, then blobs that the JSON places. */
export class Payload {
  /** @param {Uint8Array} bytes */
  constructor(bytes) {
    const size = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
    this.blobs = bytes.subarray(4 + size);
    /** @type {Header} */
    this.header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + size)));
  }

  /**
   * A copy of the bytes of a blob, so that they are aligned; null where there is none of that name.
   *
   * @param {string} name
   */
  blob(name) {
    const place = this.header.blobs[name];
    return place ? this.blobs.slice(place[0], place[0] + place[1]) : null;
  }
}

// The images of the points, small: on sheets, fetched once and decoded when needed.

import { fetchPart, GoneError } from "./resources.js";

/** @import { SheetsInfo } from "./types.js" */

const DECODED_SHEETS = 96; // kept as bitmaps, 1 MB each at most
const PREFETCHED_SHEETS = 512;

/** @typedef {{ promise: Promise<ImageBitmap>, bitmap?: ImageBitmap }} Decoded */

/**
 * @typedef {object} ThumbnailEvents
 * @property {() => void} onArrival a sheet can be drawn
 * @property {() => void} onGone the server does not know the handle any more
 */

export class Thumbnails {
  /** @type {Map<number, Promise<Blob>>} by the sheet's number */
  blobs = new Map();
  /** @type {Map<number, Decoded>} the least recently used first */
  bitmaps = new Map();
  abort = new AbortController();

  /**
   * @param {SheetsInfo} info
   * @param {ThumbnailEvents} events
   */
  constructor({ url, count, columns, width, height }, events) {
    this.url = url;
    this.count = count;
    this.columns = columns;
    this.width = width;
    this.height = height;
    this.events = events;
    if (count <= PREFETCHED_SHEETS) this.prefetch();
  }

  async prefetch() {
    const { signal } = this.abort;
    for (let number = 0; number < this.count && !signal.aborted; number++) {
      await this.blob(number).catch(() => null);
    }
    for (let number = 0; number < Math.min(this.count, DECODED_SHEETS) && !signal.aborted; number++) {
      await this.decode(number).catch(() => null);
    }
  }

  /**
   * The bytes of a sheet.
   *
   * @param {number} number
   */
  blob(number) {
    const kept = this.blobs.get(number);
    if (kept) return kept;
    const fetched = fetchPart(this.url, number, { signal: this.abort.signal }).then((reply) => reply.blob());
    fetched.catch(() => this.blobs.delete(number));
    this.blobs.set(number, fetched);
    return fetched;
  }

  /**
   * A sheet as a bitmap, drawable at once later.
   *
   * @param {number} number
   */
  decode(number) {
    const decoded = this.bitmaps.get(number) ?? this.beginDecoding(number);
    this.bitmaps.delete(number);
    this.bitmaps.set(number, decoded);
    this.evict();
    return decoded.promise;
  }

  /**
   * @param {number} number
   * @returns {Decoded}
   */
  beginDecoding(number) {
    /** @type {Decoded} */
    const decoded = { promise: this.blob(number).then((blob) => createImageBitmap(blob)) };
    decoded.promise.then(
      (bitmap) => {
        decoded.bitmap = bitmap;
        this.events.onArrival();
      },
      (error) => {
        this.bitmaps.delete(number);
        if (error instanceof GoneError) this.events.onGone();
      },
    );
    return decoded;
  }

  /** Drop the bitmaps that were used least recently. */
  evict() {
    for (const [number, { bitmap }] of this.bitmaps) {
      if (this.bitmaps.size <= DECODED_SHEETS) break;
      this.bitmaps.delete(number);
      bitmap?.close();
    }
  }

  /**
   * Draw the thumbnail of an image; false when there are none, or its sheet is not here yet (it is asked for).
   *
   * @param {CanvasRenderingContext2D} context
   * @param {number} index
   * @param {{ x: number, y: number, width: number, height: number }} target
   */
  draw(context, index, { x, y, width, height }) {
    if (!this.count) return false;
    const perSheet = this.columns * this.columns;
    const number = Math.floor(index / perSheet);
    const bitmap = this.bitmaps.get(number)?.bitmap;
    if (!bitmap) {
      this.decode(number).catch(() => null);
      return false;
    }
    const cell = index % perSheet;
    const [left, top] = [(cell % this.columns) * this.width, Math.floor(cell / this.columns) * this.height];
    context.imageSmoothingEnabled = false;
    context.drawImage(bitmap, left, top, this.width, this.height, x, y, width, height);
    return true;
  }

  /** Drop what is kept. */
  forget() {
    for (const { bitmap } of this.bitmaps.values()) bitmap?.close();
    this.bitmaps.clear();
    this.blobs.clear();
  }

  close() {
    this.abort.abort();
    this.forget();
  }
}

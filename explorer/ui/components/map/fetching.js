// What the component fetches: plotly.js once a page, binary parts, and the sheets of thumbnails.

const DECODED_SHEETS = 96; // kept as bitmaps, 1 MB each at most
const PREFETCHED_SHEETS = 512;

/** Raised when the server does not know a handle (any more). */
export class GoneError extends Error {}

/** The bytes of a part. */
export async function part(url, number, init = {}) {
  const reply = await fetch(`${url}/${number}`, init);
  if (reply.status === 404) throw new GoneError(url);
  if (!reply.ok) throw new Error(`${reply.status} for ${url}`);
  return reply;
}

export const buffer = async (url) => (await part(url, 0)).arrayBuffer();

/** plotly.js, loaded once a page however many maps there are. */
export function loadPlotly(url) {
  window.latentExplorerPlotly ??= new Promise((resolve, reject) => {
    const script = Object.assign(document.createElement("script"), { src: url });
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => {
      window.latentExplorerPlotly = undefined;
      reject(new Error("plotly.js could not be loaded"));
    };
    document.head.append(script);
  });
  return window.latentExplorerPlotly;
}

/** The thumbnails: sheets of `columns` x `columns`, fetched once, decoded when needed. */
export class Sheets {
  /** Calls onArrival(number) when a sheet can be drawn, onGone() when the server does not know the handle any more. */
  constructor({ url, count, columns, width, height }, onArrival, onGone) {
    Object.assign(this, { url, count, columns, width, height, onArrival, onGone });
    this.perSheet = columns * columns;
    this.blobs = new Map();
    this.bitmaps = new Map(); // the least recently used first
    this.stop = new AbortController();
    if (count <= PREFETCHED_SHEETS) this.prefetch();
  }

  async prefetch() {
    for (let number = 0; number < this.count && !this.stop.signal.aborted; number++) {
      await this.blob(number).catch(() => null);
    }
    for (let number = 0; number < Math.min(this.count, DECODED_SHEETS); number++) await this.decode(number).catch(() => null);
  }

  blob(number) {
    if (!this.blobs.has(number)) {
      const fetched = part(this.url, number, { signal: this.stop.signal }).then((reply) => reply.blob());
      fetched.catch(() => this.blobs.delete(number));
      this.blobs.set(number, fetched);
    }
    return this.blobs.get(number);
  }

  /** The sheet as a bitmap, drawable at once later. */
  decode(number) {
    const kept = this.bitmaps.get(number) ?? { promise: this.blob(number).then((blob) => createImageBitmap(blob)) };
    if (!this.bitmaps.has(number)) {
      kept.promise.then(
        (bitmap) => {
          kept.bitmap = bitmap;
          this.onArrival(number);
        },
        (error) => {
          this.bitmaps.delete(number);
          if (error instanceof GoneError) this.onGone();
        },
      );
    }
    this.bitmaps.delete(number);
    this.bitmaps.set(number, kept);
    for (const [old, { bitmap }] of this.bitmaps) {
      if (this.bitmaps.size <= DECODED_SHEETS) break;
      this.bitmaps.delete(old);
      bitmap?.close();
    }
    return kept.promise;
  }

  /** Draw the thumbnail of an image; false when its sheet is not here yet (it is asked for). */
  draw(context, index, x, y, width, height) {
    const number = Math.floor(index / this.perSheet);
    const bitmap = this.bitmaps.get(number)?.bitmap;
    if (!bitmap) {
      this.decode(number).catch(() => null);
      return false;
    }
    const cell = index % this.perSheet;
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
    this.stop.abort();
    this.forget();
  }
}

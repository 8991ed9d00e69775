// What the map fetches over HTTP: binary parts under handles, and plotly.js once a page.

/** @import { Plotly } from "./plotly.js" */

const KEPT = 12; // of points, facts and colours

/** Raised when the server does not know a handle (any more). */
export class GoneError extends Error {}

/**
 * The reply that carries a part.
 *
 * @param {string} url
 * @param {number} number of the part
 * @param {RequestInit} [init]
 */
export async function fetchPart(url, number, init = {}) {
  const reply = await fetch(`${url}/${number}`, init);
  if (reply.status === 404) throw new GoneError(url);
  if (!reply.ok) throw new Error(`${reply.status} for ${url}`);
  return reply;
}

/** The first parts of some addresses, each fetched once; those that were wanted last are kept. */
export class PartCache {
  /** @type {Map<string, Promise<ArrayBuffer>>} the least recently wanted first */
  kept = new Map();

  /** @param {string} url */
  get(url) {
    const bytes = this.kept.get(url) ?? fetchPart(url, 0).then((reply) => reply.arrayBuffer());
    bytes.catch(() => this.kept.delete(url));
    this.kept.delete(url);
    this.kept.set(url, bytes);
    if (this.kept.size > KEPT) this.kept.delete(/** @type {string} */ (this.kept.keys().next().value));
    return bytes;
  }
}

/** @type {Promise<Plotly> | null} */
let plotly = null;

/**
 * plotly.js, loaded once a page however many maps there are.
 *
 * @param {string} url
 */
export function loadPlotly(url) {
  plotly ??= new Promise((resolve, reject) => {
    const failed = () => {
      plotly = null; // the next call tries again
      reject(new Error("plotly.js could not be loaded"));
    };
    const loaded = () => (window.Plotly ? resolve(window.Plotly) : failed());
    document.head.append(
      Object.assign(document.createElement("script"), { src: url, onload: loaded, onerror: failed }),
    );
  });
  return plotly;
}

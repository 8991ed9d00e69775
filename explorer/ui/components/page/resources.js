// What the map of an exported page takes instead of the network: parts that the page makes itself.

import { canvasPlotly } from "./canvas_plotly.js";

/** @typedef {(number: number) => Promise<Blob>} MakePart */

/** @type {Map<string, MakePart>} */
const offered = new Map();

/** Raised where nothing was offered under an address. */
export class GoneError extends Error {}

/**
 * Offer parts under an address.
 *
 * @param {string} url
 * @param {MakePart} make
 */
export function offer(url, make) {
  offered.set(url, make);
}

/**
 * @param {string} url
 * @param {number} number
 */
export async function fetchPart(url, number) {
  const make = offered.get(url);
  if (!make) throw new GoneError(url);
  return new Response(await make(number));
}

/** The first parts of addresses, each made once. */
export class PartCache {
  /** @type {Map<string, Promise<ArrayBuffer>>} */
  kept = new Map();

  /** @param {string} url */
  get(url) {
    const bytes = this.kept.get(url) ?? fetchPart(url, 0).then((reply) => reply.arrayBuffer());
    this.kept.set(url, bytes);
    return bytes;
  }
}

export const loadPlotly = async () => canvasPlotly;

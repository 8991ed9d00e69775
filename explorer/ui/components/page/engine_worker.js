// Where the engine's worker and its decoder come from: both are in the page.

import { content } from "./content.js";

/** @type {string | null} */
let address = null;

export function startEngine() {
  address ??= URL.createObjectURL(new Blob([content().engine], { type: "text/javascript" }));
  return new Worker(address);
}

/** @returns {string | Uint8Array<ArrayBuffer>} */
export const decoderSource = () => content().decoder;

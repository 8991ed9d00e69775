// Where the engine's worker and its decoder come from: from the server. An exported page has both inside
// (page/engine_worker.js stands in the place of this module).

export const startEngine = () => new Worker(new URL("../decoder/worker.js", import.meta.url), { type: "module" });

/**
 * What the worker loads the decoder from: its address, or its bytes.
 *
 * @param {string} url
 * @returns {string | Uint8Array<ArrayBuffer>}
 */
export const decoderSource = (url) => new URL(url, document.baseURI).href;

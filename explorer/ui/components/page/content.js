// What an exported page holds: one byte string of a JSON object and binary parts, compressed, in base 64.

import { fromHalves } from "../decoder/program.js";
import { Payload } from "../live/payload.js";
import { Prior } from "../live/prior.js";
import { fromBase64 } from "../shared/base64.js";
import { find } from "../shared/dom.js";

/** @import { PageHeader } from "./types.js" */

/**
 * @typedef {object} Content
 * @property {PageHeader} header
 * @property {Uint8Array<ArrayBuffer>} decoder the packed program
 * @property {string} engine the worker's script
 * @property {Float32Array} mu [n, K], the posterior means of the test images; of none where they stay at home
 * @property {Uint16Array | null} labels [n]
 * @property {Prior} prior of z
 * @property {(name: string) => Uint8Array<ArrayBuffer> | null} blob a copy of another part
 */

export const EMBEDDED = "embedded"; // in the place of the decoder's address

/** @type {Content | null} */
let kept = null;

/** The content, once it is read. */
export function content() {
  if (!kept) throw new Error("The page's content is not read yet");
  return kept;
}

/** Read it from the page. */
export async function readContent() {
  const packed = fromBase64(find(document, "#content", HTMLScriptElement).text.trim());
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  const payload = new Payload(new Uint8Array(await new Response(stream).arrayBuffer()));
  const header = /** @type {PageHeader} */ (/** @type {unknown} */ (payload.header));
  /** @param {string} name */
  const blob = (name) => /** @type {Uint8Array<ArrayBuffer> | null} */ (payload.blob(name));
  const mu = blob("mu") ?? new Uint8Array(0);
  const labels = blob("labels");
  kept = {
    header,
    blob,
    decoder: /** @type {Uint8Array<ArrayBuffer>} */ (blob("decoder")),
    engine: find(document, "#engine", HTMLScriptElement).text,
    mu: fromHalves(new Uint16Array(mu.buffer)),
    labels: labels && new Uint16Array(labels.buffer),
    prior: new Prior(header.latent, blob("prior")),
  };
  return kept;
}

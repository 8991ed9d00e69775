// A worker with a decoder in it, as the live component and exported pages start it.

import { gettext } from "../shared/words.js";
import { decoderSource, startEngine } from "./engine_worker.js";

/** @import { Told } from "../decoder/types.js" */

/**
 * Start it and have it load its decoder.
 *
 * @param {string} url of the decoder
 * @param {(told: Told) => void} onTold
 * @param {(reason: string) => void} onFail it cannot be started at all
 */
export function startedEngine(url, onTold, onFail) {
  const worker = startEngine();
  worker.onmessage = ({ data }) => onTold(data);
  worker.onerror = (event) => {
    event.preventDefault();
    onFail(gettext("The engine could not be started in this browser."));
  };
  worker.postMessage({ kind: "load", source: decoderSource(url) });
  return worker;
}

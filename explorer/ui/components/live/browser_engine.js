// The decoder in the browser: its worker is started beside the socket, and takes over once it is ready and quick enough.

import { gettext } from "../shared/words.js";
import { startedEngine } from "./started_engine.js";

/** @import { Asked, Told } from "../decoder/types.js" */
/** @import { OnImage } from "./transport.js" */

const SLOWEST_MS = 20; // an image; slower ones come from the server

/**
 * @typedef {object} EngineEvents
 * @property {(transport: BrowserTransport) => void} onReady images can be decoded here
 * @property {(reason: string) => void} onUnfit they come from the server, and why
 * @property {(loaded: number, total: number) => void} onProgress bytes of the decoder
 * @property {OnImage} onImage
 */

/** A worker with the decoder from one address, as a transport. */
export class BrowserTransport {
  name = "browser";
  ready = true;
  /** @type {((told: Extract<Told, { kind: "tiles" }>) => void) | null} */
  onTiles = null;

  /**
   * @param {string} url of the decoder
   * @param {boolean} forced whether to decode here however slowly
   * @param {EngineEvents} events
   */
  constructor(url, forced, events) {
    this.url = url;
    this.forced = forced;
    this.events = events;
    this.worker = startedEngine(
      url,
      (told) => this.receive(told),
      (reason) => this.fail(reason),
    );
  }

  /** @param {Asked} asked */
  ask(asked) {
    this.worker.postMessage(asked);
  }

  /** @param {Told} told */
  receive(told) {
    if (told.kind === "progress") this.events.onProgress(told.loaded, told.total);
    if (told.kind === "pixels") this.events.onImage(told.seq, new Uint8Array(told.pixels.buffer));
    if (told.kind === "tiles") this.onTiles?.(told);
    if (told.kind === "failed") this.fail(told.reason);
    if (told.kind !== "ready") return;
    if (this.forced || told.ms <= SLOWEST_MS) this.events.onReady(this);
    else this.fail(gettext("This browser takes {ms} ms for an image.", { ms: told.ms.toFixed(0) }));
  }

  /** @param {string} reason */
  fail(reason) {
    this.close();
    this.events.onUnfit(reason);
  }

  /**
   * @param {number} seq
   * @param {Float32Array} z
   */
  send(seq, z) {
    this.ask({ kind: "decode", seq, z });
  }

  close() {
    this.worker.terminate();
  }
}

// A decoder of the page's own, for samples and for the images of the map: the live one is busy with the hand.

import { startedEngine } from "../live/started_engine.js";
import { joinedBytes } from "../shared/joined.js";
import { EMBEDDED } from "./content.js";

/** @import { Told } from "../decoder/types.js" */

/** @typedef {{ codes: Float32Array, resolve: (pixels: Uint8Array) => void, reject: (error: Error) => void }} Job */

export class Decoder {
  /** @type {Job[]} the first one is under way */
  jobs = [];
  /** @type {Uint8ClampedArray[]} of the first job */
  parts = [];
  ready = false;
  /** @type {Error | null} */
  error = null;
  id = 0;

  constructor() {
    this.worker = startedEngine(
      EMBEDDED,
      (told) => this.receive(told),
      (reason) => this.fail(reason),
    );
  }

  /**
   * The images of codes, [n, C, H, W], in the order of the calls.
   *
   * @param {Float32Array} codes [n, K]
   * @returns {Promise<Uint8Array>}
   */
  decode(codes) {
    return new Promise((resolve, reject) => {
      if (this.error) return reject(this.error);
      this.jobs.push({ codes, resolve, reject });
      if (this.ready && this.jobs.length === 1) this.start();
    });
  }

  start() {
    if (!this.jobs.length) return;
    this.parts = [];
    this.id += 1;
    this.worker.postMessage({ kind: "grid", id: this.id, codes: this.jobs[0].codes });
  }

  /** @param {Told} told */
  receive(told) {
    if (told.kind === "failed") this.fail(told.reason);
    if (told.kind === "ready") {
      this.ready = true;
      this.start();
    }
    if (told.kind !== "tiles" || told.id !== this.id) return;
    this.parts.push(...told.parts);
    if (!told.done) return;
    this.jobs.shift()?.resolve(joinedBytes(this.parts));
    this.start();
  }

  /** @param {string} reason */
  fail(reason) {
    this.error = new Error(reason);
    for (const { reject } of this.jobs.splice(0)) reject(this.error);
  }
}

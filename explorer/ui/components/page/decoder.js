// A decoder of the page's own, for samples and for the images of the map: the live one is busy with the hand.

import { decoderSource, startEngine } from "./engine_worker.js";

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
    this.worker = startEngine();
    this.worker.onmessage = ({ data }) => this.receive(data);
    this.worker.onerror = (event) => {
      event.preventDefault();
      this.fail("The engine could not be started in this browser.");
    };
    this.worker.postMessage({ kind: "load", source: decoderSource() });
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
    this.jobs.shift()?.resolve(joined(this.parts));
    this.start();
  }

  /** @param {string} reason */
  fail(reason) {
    this.error = new Error(reason);
    for (const { reject } of this.jobs.splice(0)) reject(this.error);
  }
}

/** @param {Uint8ClampedArray[]} parts */
function joined(parts) {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

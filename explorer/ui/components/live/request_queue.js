// Requests for images: one in flight, and while it is out only the newest is kept.

/** @import { Pixels, Transport } from "./types.js" */

/**
 * A z whose image is wanted. `since` is the time of the input (milliseconds, as `performance.now()`), null where there
 * was none.
 *
 * @typedef {{ z: Float32Array, since: number | null }} Wanted
 */

export class RequestQueue {
  /** @type {Transport | null} */
  transport = null;
  /** @type {(Wanted & { seq: number }) | null} */
  inFlight = null;
  /** @type {Wanted | null} */
  pending = null;
  seq = Math.floor(Math.random() * 2 ** 30); // so that a kept frame of an earlier page is not taken for ours

  /** @param {(pixels: Pixels, z: Float32Array, since: number | null) => void} onPixels */
  constructor(onPixels) {
    this.onPixels = onPixels;
  }

  /** @param {Transport} transport takes the place of the one before, which is closed */
  use(transport) {
    this.transport?.close();
    this.transport = transport;
    this.restart();
  }

  /**
   * @param {Float32Array} z
   * @param {number | null} since
   */
  request(z, since) {
    this.pending = { z: z.slice(), since };
    this.flush();
  }

  /** After a lost connection: what was in flight is wanted again unless something newer is. */
  restart() {
    this.pending ??= this.inFlight;
    this.inFlight = null;
    this.flush();
  }

  flush() {
    if (this.inFlight || !this.pending || !this.transport?.ready) return;
    this.seq += 1;
    this.inFlight = { ...this.pending, seq: this.seq };
    this.pending = null;
    this.transport.send(this.seq, this.inFlight.z);
  }

  /**
   * @param {number} seq
   * @param {Pixels} pixels
   */
  receive(seq, pixels) {
    if (!this.inFlight || seq !== this.inFlight.seq) return;
    const { z, since } = this.inFlight;
    this.inFlight = null;
    this.onPixels(pixels, z, since);
    this.flush();
  }
}

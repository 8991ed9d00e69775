// Pins: z that the visitor keeps, each with its image. They last as long as the browser's tab.

/** @import { Pin, Pixels } from "./types.js" */

const MAX_PINS = 8;

export class PinStore {
  /**
   * Takes up what the tab has kept under `key`.
   *
   * @param {Pick<Storage, "getItem" | "setItem">} storage
   * @param {string} key
   */
  constructor(storage, key) {
    this.storage = storage;
    this.key = key;
    this.pins = this.read();
  }

  /** @returns {Pin[]} */
  read() {
    try {
      return JSON.parse(this.storage.getItem(this.key) ?? "[]");
    } catch {
      return [];
    }
  }

  get full() {
    return this.pins.length >= MAX_PINS;
  }

  /**
   * @param {ArrayLike<number>} z
   * @param {Pixels} pixels
   */
  add(z, pixels) {
    if (this.full) return;
    this.pins.push({ z: Array.from(z), pixels: Array.from(pixels) });
    this.write();
  }

  /** @param {Pin} pin */
  remove(pin) {
    this.pins = this.pins.filter((other) => other !== pin);
    this.write();
  }

  write() {
    try {
      this.storage.setItem(this.key, JSON.stringify(this.pins));
    } catch {
      // storage may be full or forbidden: the pins then last as long as the page
    }
  }
}

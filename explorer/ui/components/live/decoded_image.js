// The decoded image: painted, saved, and how quickly it follows.

import { context2d, find, make } from "../shared/dom.js";
import { gettext } from "../shared/words.js";
import { fillImage } from "./pixels.js";
import { formatZ } from "./z.js";

/** @import { Pixels, Shape } from "./types.js" */

const RATE_MS = 500;
const SAVED_SIDE = 512; // pixels, at least about so many

export class DecodedImage {
  /** @type {{ z: Float32Array, pixels: Pixels } | null} */
  painted = null;
  /** @type {number[]} when the images of the last second were painted */
  paintTimes = [];
  /** @type {number | null} from an input to the painted image */
  latencyMs = null;
  /** @type {string | null} */
  near = null;

  /**
   * @param {HTMLElement} root carries `data-z` and `data-latency-ms`
   * @param {Shape} shape
   */
  constructor(root, [channels, height, width]) {
    this.root = root;
    this.channels = channels;
    this.canvas = find(root, ".picture", HTMLCanvasElement);
    this.rate = find(root, ".rate", HTMLElement);
    this.spoken = find(root, ".spoken", HTMLElement);
    this.pad = find(root, ".pad", HTMLElement);
    Object.assign(this.canvas, { width, height });
    this.context = context2d(this.canvas);
    this.image = new ImageData(width, height);
    this.timer = setInterval(() => this.showRate(), RATE_MS);
  }

  /**
   * @param {Pixels} pixels
   * @param {Float32Array} z that they were decoded from
   * @param {number | null} since the time of the input, null where there was none
   */
  paint(pixels, z, since) {
    this.context.putImageData(fillImage(this.image, pixels, this.channels), 0, 0);
    this.painted = { z, pixels: pixels.slice() };
    this.root.dataset.z = formatZ(z);
    if (since === null) return;
    const now = performance.now();
    this.latencyMs = now - since;
    this.root.dataset.latencyMs = this.latencyMs.toFixed(1);
    this.paintTimes.push(now);
  }

  /**
   * Say in words what is decoded; aloud when it has changed.
   *
   * @param {string} near what lies near z
   */
  tell(near) {
    const before = this.near;
    this.near = near;
    this.canvas.ariaLabel = near ? gettext("decoded image, {near}", { near }) : gettext("decoded image");
    if (before === null || before === near) return;
    this.spoken.textContent = `${this.pad.getAttribute("aria-valuetext")}: ${near}`;
  }

  showRate() {
    const now = performance.now();
    this.paintTimes = this.paintTimes.filter((time) => now - time < 1000);
    if (this.latencyMs === null) return;
    const values = { n: this.paintTimes.length, ms: this.latencyMs.toFixed(0) };
    this.rate.textContent = gettext("{n} images/s · {ms} ms", values);
  }

  /**
   * Offer it as a PNG.
   *
   * @param {string} name of the file
   */
  save(name) {
    const { width, height } = this.canvas;
    const scale = Math.max(1, Math.round(SAVED_SIDE / height));
    const large = make("canvas", { width: width * scale, height: height * scale });
    const context = context2d(large);
    context.imageSmoothingEnabled = false;
    context.drawImage(this.canvas, 0, 0, large.width, large.height);
    large.toBlob((blob) => blob && download(blob, name));
  }

  destroy() {
    clearInterval(this.timer);
  }
}

/**
 * @param {Blob} blob
 * @param {string} name
 */
function download(blob, name) {
  const link = make("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  URL.revokeObjectURL(link.href);
}

// What is known of each image: numbers for the tooltip, its label, and its number in the split.

import { thousands } from "../shared/numbers.js";
import { gettext } from "../shared/words.js";

/** @param {number} value */
const threeDigits = (value) => Number(value.toPrecision(3)).toLocaleString("en", { maximumSignificantDigits: 3 });

export class ImageFacts {
  /**
   * @param {ArrayBuffer} bytes five columns of n numbers, as docs/map.md describes
   * @param {string[]} classes the names of the labels
   */
  constructor(bytes, classes) {
    const n = bytes.byteLength / 20;
    this.norm = new Float32Array(bytes, 0, n); // of mu
    this.klNats = new Float32Array(bytes, 4 * n, n);
    this.mse = new Float32Array(bytes, 8 * n, n);
    this.labels = new Int32Array(bytes, 12 * n, n); // -1 where there is none
    this.numbers = new Int32Array(bytes, 16 * n, n);
    this.classes = classes;
  }

  /**
   * Its class and its number.
   *
   * @param {number} index
   */
  name(index) {
    const label = this.labels[index];
    const image = gettext("image {number}", { number: thousands(this.numbers[index]) });
    return label < 0 ? image : `${this.classes[label] ?? label} · ${image}`;
  }

  /**
   * The lines of its tooltip.
   *
   * @param {number} index
   * @param {string} source of its thumbnail; "" where there are none
   */
  lines(index, source) {
    const norm = `|μ| ${threeDigits(this.norm[index])}`;
    const error = Number.isNaN(this.mse[index])
      ? []
      : [gettext("error {mse} (MSE)", { mse: threeDigits(this.mse[index]) })];
    return [
      this.name(index),
      source ? `${source} · ${norm}` : norm,
      `KL ${threeDigits(this.klNats[index])} nats`,
      ...error,
    ];
  }
}

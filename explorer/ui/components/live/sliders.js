// One slider for every latent dimension, ordered by how much it carries; dead ones folded away.

import { find, make } from "../shared/dom.js";
import { clamp } from "../shared/numbers.js";

/** @import { Dimension } from "./types.js" */

const STEP = 0.01;

/**
 * @typedef {object} SliderEvents
 * @property {(dim: number, value: number) => void} onMove
 * @property {() => void} onRelease
 */

/** @typedef {{ range: HTMLInputElement, number: HTMLInputElement }} Row */

/**
 * How much a dimension carries of an image: nats, or of an autoencoder's code, which has no KL, how far it spreads.
 *
 * @param {Dimension} dim
 */
const weight = ({ kl, sd }) => kl || sd;

/** @param {Dimension} dim */
function describeWeight({ kl, sd }) {
  if (kl) return `carries ${kl.toFixed(2)} nats a test image (KL)`;
  return sd ? `spreads by ${sd.toFixed(2)} (standard deviation)` : "without images it is not known what it carries";
}

export class Sliders {
  /** @type {Map<number, Row>} by the dimension */
  rows = new Map();
  /** @type {Set<number>} the dimensions that stay on random and reset */
  locked = new Set();

  /**
   * @param {HTMLElement} root
   * @param {Dimension[]} dims in the order to show
   * @param {number} limit bounds every track
   * @param {SliderEvents} events
   */
  constructor(root, dims, limit, events) {
    this.limit = limit;
    this.events = events;
    this.strongest = Math.max(...dims.map(weight), 1e-9);
    const list = make("div");
    list.append(...dims.filter((dim) => dim.active).map((dim) => this.row(dim)));
    const dead = dims.filter((dim) => !dim.active);
    root.replaceChildren(list, ...(dead.length ? [this.fold(dead, dead.length === dims.length)] : []));
  }

  /**
   * @param {Dimension[]} dead
   * @param {boolean} open
   */
  fold(dead, open) {
    const fold = make("details", { className: "dead", open });
    const summary = make("summary", {
      textContent: `${dead.length} dead dimension${dead.length > 1 ? "s" : ""}`,
      title: "The posterior mean hardly varies over the data (variance at most 0.01): they carry nothing.",
    });
    fold.append(summary, ...dead.map((dim) => this.row(dim)));
    return fold;
  }

  /** @param {Dimension} dim */
  row(dim) {
    const element = make("div", { className: "slider-row" });
    element.dataset.dim = String(dim.index);
    const name = `z${dim.index}`;
    element.innerHTML = `
      <span class="dim" title="${describeWeight(dim)}">${name}
        <span class="effect"><span style="width:${(100 * weight(dim)) / this.strongest}%"></span></span></span>
      <span class="track"><span class="band two"></span><span class="band one"></span>
        <input type="range" min="${-this.limit}" max="${this.limit}" step="${STEP}" value="0" aria-label="${name}"
          title="Bands: one and two standard deviations of the posterior means. Double-click resets."></span>
      <input class="value" type="number" step="0.1" value="0" aria-label="${name}, typed">
      <button class="lock" type="button" aria-pressed="false" aria-label="lock ${name}"
        title="Locked dimensions stay on random and reset">lock_open</button>`;
    this.placeBand(find(element, ".band.two", HTMLElement), dim, 2);
    this.placeBand(find(element, ".band.one", HTMLElement), dim, 1);
    this.listen(element, dim.index);
    return element;
  }

  /**
   * So many standard deviations of the posterior means, as a band behind the track.
   *
   * @param {HTMLElement} band
   * @param {Dimension} dim
   * @param {number} radius
   */
  placeBand(band, { mean, sd }, radius) {
    /** @param {number} z */
    const percent = (z) => clamp(((z + this.limit) / (2 * this.limit)) * 100, 0, 100);
    band.style.left = `${percent(mean - radius * sd)}%`;
    band.style.right = `${100 - percent(mean + radius * sd)}%`;
  }

  /**
   * @param {HTMLElement} element
   * @param {number} index
   */
  listen(element, index) {
    const { onMove, onRelease } = this.events;
    const range = find(element, ".track input", HTMLInputElement);
    const number = find(element, ".value", HTMLInputElement);
    const lock = find(element, ".lock", HTMLButtonElement);
    this.rows.set(index, { range, number });
    range.addEventListener("input", () => onMove(index, Number(range.value)));
    range.addEventListener("change", () => onRelease());
    range.addEventListener("dblclick", () => {
      onMove(index, 0);
      onRelease();
    });
    number.addEventListener("change", () => {
      const typed = Number(number.value);
      if (number.value === "" || !Number.isFinite(typed)) return this.set(index, Number(range.value));
      onMove(index, clamp(typed, -this.limit, this.limit));
      onRelease();
    });
    lock.addEventListener("click", () => this.toggleLock(lock, index));
  }

  /**
   * @param {HTMLButtonElement} button
   * @param {number} index
   */
  toggleLock(button, index) {
    const locked = !this.locked.delete(index);
    if (locked) this.locked.add(index);
    button.ariaPressed = String(locked);
    button.textContent = locked ? "lock" : "lock_open";
  }

  /**
   * Show z on every slider without calling back.
   *
   * @param {Float32Array} z
   */
  moveTo(z) {
    for (const index of this.rows.keys()) this.set(index, z[index]);
  }

  /**
   * @param {number} index
   * @param {number} value
   */
  set(index, value) {
    const row = this.rows.get(index);
    if (!row) return;
    row.range.value = String(value);
    if (row.number !== document.activeElement) row.number.value = value.toFixed(2);
  }
}

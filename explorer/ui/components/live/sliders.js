// A slider for each coordinate of z, ordered by how much it carries: dead ones folded away, of many the first ones.

import { find, make } from "../shared/dom.js";
import { clamp } from "../shared/numbers.js";
import { gettext, N_ } from "../shared/words.js";
import { followMouse } from "./mouse_slider.js";

/** @import { Frame, SliderRow } from "./types.js" */

const FEW = 4; // sliders leave room to the picture
const MOST = 32; // sliders at first; each further one is asked for

const WORDS = {
  dimension: {
    further: N_("further dimension"),
    choose: N_("{n} further dimensions: choose one"),
    lock: N_("Locked dimensions stay on random and reset"),
  },
  direction: {
    further: N_("further direction"),
    choose: N_("{n} further directions: choose one"),
    lock: N_("Locked directions stay on random and reset"),
  },
};

/**
 * @typedef {object} SliderEvents
 * @property {(dim: number, value: number) => void} onMove
 * @property {() => void} onRelease
 */

/** @typedef {{ range: HTMLInputElement, number: HTMLInputElement, decimals: number, shown: number }} Row */

export class Sliders {
  /** @type {Map<number, Row>} by the coordinate */
  rows = new Map();
  /** @type {Set<number>} the coordinates that stay on random and reset */
  locked = new Set();
  /** @type {ArrayLike<number>} shown last */
  coordinates = [];

  /**
   * @param {HTMLElement} root
   * @param {Frame} frame
   * @param {SliderEvents} events
   */
  constructor(root, { rows, what }, events) {
    this.words = WORDS[what];
    this.events = events;
    const [first, further] = [rows.slice(0, MOST), rows.slice(MOST)];
    const list = make("div");
    list.append(...first.filter((row) => row.active).map((row) => this.row(row)));
    const dead = first.filter((row) => !row.active);
    root.classList.toggle("along", what === "direction");
    root.closest(".live-decoder")?.classList.toggle("few", rows.length <= FEW);
    root.replaceChildren(
      list,
      ...(dead.length ? [this.fold(dead, dead.length === first.length)] : []),
      ...(further.length ? [this.chooser(list, further)] : []),
    );
  }

  /**
   * A select for the coordinates that have no slider yet; the one that is chosen gets its own.
   *
   * @param {HTMLElement} list
   * @param {SliderRow[]} further
   */
  chooser(list, further) {
    const select = make("select", { className: "further", ariaLabel: gettext(this.words.further) });
    const byIndex = new Map(further.map((row) => [String(row.index), row]));
    select.append(new Option(gettext(this.words.choose, { n: further.length }), ""));
    select.append(...further.map(({ index, name }) => new Option(name, String(index))));
    select.addEventListener("change", () => {
      const row = byIndex.get(select.value);
      if (row) list.append(this.row(row));
      select.selectedOptions[0].disabled = true;
      select.value = "";
      this.moveTo(this.coordinates);
      list.lastElementChild?.scrollIntoView({ block: "nearest" });
    });
    return select;
  }

  /**
   * @param {SliderRow[]} dead
   * @param {boolean} open
   */
  fold(dead, open) {
    const fold = make("details", { className: "dead", open });
    const summary = make("summary", {
      textContent: gettext("dead dimensions: {n}", { n: dead.length }),
      title: gettext("The posterior mean hardly varies over the data (variance at most 0.01): they carry nothing."),
    });
    fold.append(summary, ...dead.map((row) => this.row(row)));
    return fold;
  }

  /** @param {SliderRow} row */
  row(row) {
    const { index, name, label, title, share, limit, step } = row;
    const element = make("div", { className: "slider-row" });
    element.dataset.dim = String(index);
    element.innerHTML = `
      <span class="dim" title="${title}">${label}
        <span class="effect"><span style="width:${100 * share}%"></span></span></span>
      <span class="track"><span class="band two"></span><span class="band one"></span>
        <input type="range" min="${-limit}" max="${limit}" step="${step}" value="0" aria-label="${name}"
          title="${gettext("Bands: one and two standard deviations of the posterior means. Double-click resets.")}"></span>
      <input class="value" type="number" step="${10 * step}" value="0" aria-label="${gettext("{name}, typed", { name })}">
      <button class="lock" type="button" aria-pressed="false" aria-label="${gettext("lock {name}", { name })}"
        title="${gettext(this.words.lock)}">lock_open</button>`;
    placeBand(find(element, ".band.two", HTMLElement), row, 2);
    placeBand(find(element, ".band.one", HTMLElement), row, 1);
    this.listen(element, row);
    return element;
  }

  /**
   * @param {HTMLElement} element
   * @param {SliderRow} row
   */
  listen(element, { index, limit, step }) {
    const { onMove, onRelease } = this.events;
    const range = find(element, ".track input", HTMLInputElement);
    const number = find(element, ".value", HTMLInputElement);
    const lock = find(element, ".lock", HTMLButtonElement);
    const row = { range, number, decimals: Math.max(0, -Math.round(Math.log10(step))), shown: Number.NaN };
    this.rows.set(index, row);
    range.addEventListener("input", () => onMove(index, Number(range.value)));
    range.addEventListener("change", () => onRelease());
    followMouse(range, step, { onMove: (value) => onMove(index, value), onRelease });
    range.addEventListener("dblclick", () => {
      onMove(index, 0);
      onRelease();
    });
    number.addEventListener("change", () => {
      row.shown = Number.NaN; // what was typed stands there now
      const typed = Number(number.value);
      if (number.value === "" || !Number.isFinite(typed)) return this.set(index, Number(range.value));
      onMove(index, clamp(typed, -limit, limit));
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
   * @param {ArrayLike<number>} coordinates
   */
  moveTo(coordinates) {
    this.coordinates = coordinates;
    for (const index of this.rows.keys()) this.set(index, coordinates[index]);
  }

  /**
   * @param {number} index
   * @param {number} value
   */
  set(index, value) {
    const row = this.rows.get(index);
    if (!row || (row.shown === value && row.number !== document.activeElement)) return; // each write costs a layout
    row.shown = value;
    row.range.value = String(value);
    if (row.number !== document.activeElement) row.number.value = value.toFixed(row.decimals);
  }
}

/**
 * So many standard deviations of the posterior means, as a band behind the track.
 *
 * @param {HTMLElement} band
 * @param {SliderRow} row
 * @param {number} radius
 */
function placeBand(band, { mean, sd, limit }, radius) {
  /** @param {number} value */
  const percent = (value) => clamp(((value + limit) / (2 * limit)) * 100, 0, 100);
  band.style.left = `${percent(mean - radius * sd)}%`;
  band.style.right = `${100 - percent(mean + radius * sd)}%`;
}

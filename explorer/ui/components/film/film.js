// Pictures along a path: one large, some of them in a strip, a slider over all, and a button that plays them there and
// back.

import { find, make } from "../shared/dom.js";
import { mountable } from "../shared/mount.js";
import { gettext } from "../shared/words.js";
import { Playhead } from "./playhead.js";

/** @import { FrontendRendererArgs, FrontendState } from "@streamlit/component-v2-lib" */

/**
 * A row of the strip above or below the frames: a heading, and in each column a picture or none.
 *
 * @typedef {{ title: string, cells: ({ src: string, alt: string } | null)[] }} Row
 */

/**
 * What Python gives. `columns` are the frames in the strip; `words` hold a frame's label at "{}".
 *
 * @typedef {object} FilmData
 * @property {string} stamp another one for other pictures
 * @property {string[]} frames addresses
 * @property {string[]} labels
 * @property {number[]} columns
 * @property {Row[]} above
 * @property {Row[]} below
 * @property {[width: number, height: number]} size
 * @property {boolean} crisp
 * @property {number} frame_ms
 * @property {number} start
 * @property {string} slider
 * @property {string} words
 */

class Film {
  /** @type {FilmData | null} */
  data = null;
  playhead = new Playhead(0);
  /** @type {HTMLButtonElement[]} the frames in the strip */
  cells = [];
  /** @type {ReturnType<typeof setInterval> | undefined} */
  timer;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.image = find(root, ".film-large img", HTMLImageElement);
    this.caption = find(root, "figcaption", HTMLElement);
    this.rows = find(root, ".film-rows", HTMLElement);
    this.slider = find(root, "input", HTMLInputElement);
    this.button = find(root, ".film-play", HTMLButtonElement);
    this.slider.oninput = () => this.jumpTo(Number(this.slider.value));
    this.button.onclick = () => this.togglePlay();
    this.reducedMotion = window.matchMedia("(prefers-reduced-motion: reduce)");
    this.reducedMotion.onchange = () => this.pause();
  }

  /** @param {FrontendRendererArgs<FrontendState, FilmData>} args */
  update({ data }) {
    if (data.stamp === this.data?.stamp) return;
    this.pause();
    this.data = data;
    this.playhead = new Playhead(data.frames.length);
    this.slider.max = String(data.frames.length - 1);
    this.slider.setAttribute("aria-label", data.slider);
    this.image.className = data.crisp ? "crisp" : "";
    [this.image.width, this.image.height] = data.size;
    this.renderStrip(data);
    this.show(data, data.start);
  }

  // ---- the strip

  /**
   * Pictures above, the frames themselves as buttons with their labels, pictures below.
   *
   * @param {FilmData} data
   */
  renderStrip(data) {
    const { columns, labels, above, below } = data;
    this.rows.style.setProperty("--columns", String(columns.length));
    this.cells = columns.map((frame) => {
      const cell = make("button", { type: "button", onclick: () => this.jumpTo(frame) });
      cell.append(picture(data, data.frames[frame], gettext("decoded, {label}", { label: labels[frame] })));
      return cell;
    });
    this.rows.replaceChildren(
      ...above.flatMap((row) => pictureRow(data, row)),
      make("div", { className: "film-heading", textContent: gettext("decoded") }),
      ...this.cells,
      make("div"),
      ...columns.map((frame) => make("div", { className: "film-label", textContent: labels[frame] })),
      ...below.flatMap((row) => pictureRow(data, row)),
    );
  }

  // ---- playing

  /**
   * @param {FilmData} data
   * @param {number} index
   */
  show({ frames, labels, columns, words }, index) {
    this.playhead.index = index;
    this.image.src = frames[index];
    this.image.alt = gettext("decoded, {label}", { label: words.replace("{}", labels[index]) });
    this.caption.textContent = this.image.alt;
    this.slider.value = String(index);
    this.slider.setAttribute("aria-valuetext", labels[index]);
    this.root.dataset.frame = String(index);
    columns.forEach((frame, column) => {
      this.cells[column].setAttribute("aria-current", String(frame === index));
    });
  }

  /** @param {number} index */
  jumpTo(index) {
    this.pause();
    if (this.data) this.show(this.data, index);
  }

  /** Play or pause; where motion is not wanted a press shows the next picture of the strip. */
  togglePlay() {
    const { data, playhead } = this;
    if (!data) return;
    if (this.reducedMotion.matches) {
      this.show(data, data.columns.find((frame) => frame > playhead.index) ?? data.columns[0]);
    } else if (this.timer) {
      this.pause();
    } else {
      this.timer = setInterval(() => this.show(data, playhead.advance()), data.frame_ms);
      this.labelButton();
    }
  }

  pause() {
    clearInterval(this.timer);
    this.timer = undefined;
    this.labelButton();
  }

  labelButton() {
    let [icon, label] = this.timer ? ["pause", gettext("Halt")] : ["play_arrow", gettext("Play there and back")];
    if (this.reducedMotion.matches) [icon, label] = ["skip_next", gettext("Next picture")];
    Object.assign(this.button, { textContent: icon, title: label, ariaLabel: label });
  }

  destroy() {
    this.pause();
    this.reducedMotion.onchange = null;
  }
}

/**
 * @param {FilmData} data
 * @param {Row} row
 */
function pictureRow(data, { title, cells }) {
  const places = cells.map((cell) => {
    const place = make("div");
    if (cell) place.append(picture(data, cell.src, cell.alt));
    return place;
  });
  return [make("div", { className: "film-heading", textContent: title, title }), ...places];
}

/**
 * @param {FilmData} data
 * @param {string} src
 * @param {string} alt
 */
function picture({ crisp, size }, src, alt) {
  const [width, height] = size;
  return make("img", { className: crisp ? "crisp" : "", width, height, src, alt, title: alt });
}

export default mountable(".film", Film);

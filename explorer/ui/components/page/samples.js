// Decoded draws of the prior; a click goes to one.

import { fillImage } from "../live/pixels.js";
import { roundZ } from "../live/z.js";
import { context2d, find, make } from "../shared/dom.js";
import { joinedFloats } from "../shared/joined.js";
import { codeOf } from "./codes.js";

/** @import { Content } from "./content.js" */
/** @import { Decoder } from "./decoder.js" */

const COUNT = 32;
const NO_PRIOR = "The model has no prior: these are draws of a standard normal all the same.";

export class Samples {
  turn = 0;

  /**
   * @param {Content} content
   * @param {Decoder} decoder
   * @param {(code: Float32Array) => void} onGo a sample is clicked
   */
  constructor(content, decoder, onGo) {
    this.content = content;
    this.decoder = decoder;
    this.temperature = find(document, "#temperature", HTMLInputElement);
    this.said = find(document, "#samples-said", HTMLElement);
    /** @type {Float32Array[]} */
    this.codes = [];
    this.buttons = Array.from({ length: COUNT }, (_, i) => this.button(i, onGo));
    find(document, "#sheet", HTMLElement).replaceChildren(...this.buttons);
    const output = find(document, "#temperature-said", HTMLOutputElement);
    this.temperature.addEventListener("input", () => {
      output.value = Number(this.temperature.value).toFixed(2);
      this.show();
    });
    find(document, "#draw", HTMLButtonElement).addEventListener("click", () => this.draw());
    this.draw();
  }

  /**
   * @param {number} i
   * @param {(code: Float32Array) => void} onGo
   */
  button(i, onGo) {
    const [, height, width] = this.content.header.shape;
    const button = make("button", { type: "button", className: "sample", title: "Go there" });
    button.ariaLabel = `sample ${i + 1}`;
    button.append(make("canvas", { width, height }));
    button.addEventListener("click", () => onGo(this.code(i)));
    return button;
  }

  /** New draws, at temperature 1. */
  draw() {
    this.draws = this.buttons.map(() => this.content.prior.draw());
    this.show();
  }

  /** @param {number} i */
  code(i) {
    const { header } = this.content;
    const temperature = Number(this.temperature.value);
    const { mean, away } = (this.draws ?? [])[i] ?? { mean: [], away: new Float32Array(header.latent) };
    const z = away.map((value, k) => (mean[k] ?? 0) + temperature * value);
    return codeOf(this.content, roundZ(z), header.conditional ? i % header.conditional : 0);
  }

  /** Decode them; what is asked for while this is under way is shown in the end. */
  async show() {
    this.turn += 1;
    const { turn, content } = this;
    const { shape, has_prior, conditional } = content.header;
    const codes = this.buttons.map((_, i) => this.code(i));
    try {
      const pixels = await this.decoder.decode(joinedFloats(codes));
      if (turn !== this.turn) return;
      const size = pixels.length / COUNT;
      this.buttons.forEach((button, i) => {
        const image = fillImage(new ImageData(shape[2], shape[1]), pixels.subarray(i * size, (i + 1) * size), shape[0]);
        context2d(find(button, "canvas", HTMLCanvasElement)).putImageData(image, 0, 0);
      });
      const drawn = `${COUNT} decoded draws of z from the prior${conditional ? ", the classes by turns" : ""}`;
      this.said.textContent = has_prior ? `${drawn}. A click goes there.` : NO_PRIOR;
    } catch (error) {
      this.said.textContent = error instanceof Error ? error.message : String(error);
    }
  }
}

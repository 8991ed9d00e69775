// The class picker of a class-conditional model: one button a class, each with the same z decoded in that class.

import { context2d, make } from "../shared/dom.js";
import { gettext } from "../shared/words.js";
import { fillImage } from "./pixels.js";

/** @import { Header } from "./types.js" */

export class ClassPicker {
  /**
   * @param {HTMLElement} root
   * @param {Header} header without names of classes for other models; the dimensions come before the class in a code
   * @param {(label: number) => void} onPick a class is chosen
   */
  constructor(root, { classes, class_order, dims, shape }, onPick) {
    const [channels, height, width] = shape;
    this.latent = dims.length;
    this.channels = channels;
    this.image = new ImageData(width, height);
    this.choices = classes.map((name, label) => {
      const button = make("button", {
        type: "button",
        className: "class-choice",
        title: gettext("The same z as class {name}", { name }),
      });
      const canvas = make("canvas", { width, height });
      button.append(canvas, name);
      button.addEventListener("click", () => onPick(label));
      return { button, context: context2d(canvas) };
    });
    root.hidden = !classes.length;
    root.replaceChildren(...class_order.map((label) => this.choices[label].button));
  }

  /**
   * Show the present z in every class.
   *
   * @param {Uint8Array | null} pixels [classes, C, H, W]
   */
  show(pixels) {
    if (!pixels) return;
    const size = pixels.length / this.choices.length;
    this.choices.forEach((_, label) => {
      this.showOne(label, pixels.subarray(label * size, (label + 1) * size));
    });
  }

  /**
   * @param {number} label
   * @param {Uint8Array} pixels [C, H, W]
   */
  showOne(label, pixels) {
    this.choices[label].context.putImageData(fillImage(this.image, pixels, this.channels), 0, 0);
  }

  /**
   * Mark the class of a code; between two it is the nearer one.
   *
   * @param {Float32Array} code
   */
  moveTo(code) {
    const shares = code.subarray(this.latent);
    const chosen = shares.indexOf(Math.max(...shares));
    this.choices.forEach(({ button }, label) => {
      button.ariaPressed = String(label === chosen);
    });
  }

  /**
   * Put a class into a code: one number a class behind z, 1 for the chosen one.
   *
   * @param {Float32Array} code
   * @param {number} label
   */
  write(code, label) {
    this.choices.forEach((_, other) => {
      code[this.latent + other] = Number(other === label);
    });
  }
}

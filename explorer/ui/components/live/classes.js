// The class picker of a class-conditional model: one button a class, each with the same z decoded in that class.

import { fill } from "./picture.js";

/** Calls onPick(label) when a class is chosen. Behind z a code has one number a class, 1 for the chosen one. */
export class Classes {
  constructor(root, onPick) {
    Object.assign(this, { root, onPick, buttons: [] });
  }

  /** `names` of the classes, none for other models; `latent` numbers of z come before them in a code. */
  build(names, latent, [channels, height, width]) {
    Object.assign(this, { latent, channels });
    this.image = new ImageData(width, height);
    this.root.hidden = !names.length;
    this.buttons = names.map((name, label) => {
      const button = document.createElement("button");
      Object.assign(button, { type: "button", className: "class-choice", title: `The same z as class ${name}` });
      Object.assign(button.appendChild(document.createElement("canvas")), { width, height });
      button.append(name);
      button.addEventListener("click", () => this.onPick(label));
      return button;
    });
    this.root.replaceChildren(...this.buttons);
  }

  /** The present z in every class, uint8 [classes, C, H, W]. */
  show(pixels) {
    const size = pixels ? pixels.length / this.buttons.length : 0;
    this.buttons.forEach((button, label) => {
      const own = pixels.subarray(label * size, (label + 1) * size);
      button.firstChild.getContext("2d").putImageData(fill(this.image, own, this.channels), 0, 0);
    });
  }

  /** Mark the class of a code; between two it is the nearer one. */
  moveTo(code) {
    const shares = Array.from(code.subarray(this.latent));
    const chosen = shares.indexOf(Math.max(...shares));
    this.buttons.forEach((button, label) => (button.ariaPressed = String(label === chosen)));
  }

  /** Put a class into a code. */
  write(code, label) {
    this.buttons.forEach((_, other) => void (code[this.latent + other] = Number(other === label)));
  }
}

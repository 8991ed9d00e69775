// Points that the visitor keeps, each with its picture; they last as long as the browser's tab.

import { fill } from "./picture.js";

const MAX_PINS = 8;

/** Calls onGo(z) when a pin is clicked, onChange(count) when there are more or fewer. */
export class Pins {
  constructor(shelf, { onGo, onChange }) {
    Object.assign(this, { shelf, onGo, onChange });
    this.list = []; // {z, pixels}
  }

  /** Take up what the tab kept under `key`, for pictures of this shape. */
  restore(key, [channels, height, width]) {
    Object.assign(this, { key, channels, height, width });
    try {
      this.list = JSON.parse(sessionStorage.getItem(key)) ?? [];
    } catch {
      this.list = [];
    }
    this.show();
  }

  get full() {
    return this.list.length >= MAX_PINS;
  }

  add(z, pixels) {
    if (this.full) return;
    this.list.push({ z: Array.from(z), pixels: Array.from(pixels) });
    this.show();
  }

  show() {
    try {
      sessionStorage.setItem(this.key, JSON.stringify(this.list));
    } catch {
      // storage may be full or forbidden: the pins then last as long as the page
    }
    this.shelf.replaceChildren(...this.list.map((pin, i) => this.button(pin, i)));
    this.onChange(this.list.length);
  }

  button(pin, i) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "pinned", ariaLabel: `pin ${i + 1}` });
    button.title = "Go there; Delete or right-click removes it";
    const canvas = button.appendChild(document.createElement("canvas"));
    Object.assign(canvas, { width: this.width, height: this.height });
    const image = fill(new ImageData(this.width, this.height), pin.pixels, this.channels);
    canvas.getContext("2d").putImageData(image, 0, 0);
    button.addEventListener("click", () => this.onGo(pin.z));
    const remove = (event) => {
      event.preventDefault();
      this.list.splice(i, 1);
      this.show();
    };
    button.addEventListener("contextmenu", remove);
    button.addEventListener("keydown", (event) => ["Delete", "Backspace"].includes(event.key) && remove(event));
    return button;
  }
}

// The pins as a row of buttons.

import { context2d, make } from "../shared/dom.js";
import { PinStore } from "./pin_store.js";
import { fillImage } from "./pixels.js";

/** @import { Pin, Pixels, Shape } from "./types.js" */

/**
 * @typedef {object} PinEvents
 * @property {(z: number[]) => void} onGo a pin is clicked
 * @property {(store: PinStore) => void} onChange there are more or fewer
 */

export class Pins {
  /**
   * @param {HTMLElement} root
   * @param {string} key under which the tab keeps them
   * @param {Shape} shape of the images
   * @param {PinEvents} events
   */
  constructor(root, key, shape, events) {
    this.root = root;
    this.shape = shape;
    this.events = events;
    this.store = new PinStore(tabStorage(), key);
    this.render();
  }

  /**
   * @param {ArrayLike<number>} z
   * @param {Pixels} pixels
   */
  add(z, pixels) {
    this.store.add(z, pixels);
    this.render();
  }

  render() {
    this.root.replaceChildren(...this.store.pins.map((pin, i) => this.button(pin, i)));
    this.events.onChange(this.store);
  }

  /**
   * @param {Pin} pin
   * @param {number} i
   */
  button(pin, i) {
    const [channels, height, width] = this.shape;
    const button = make("button", { type: "button", className: "pinned", ariaLabel: `pin ${i + 1}` });
    button.title = "Go there; Delete or right-click removes it";
    const canvas = make("canvas", { width, height });
    context2d(canvas).putImageData(fillImage(new ImageData(width, height), pin.pixels, channels), 0, 0);
    button.append(canvas);
    button.addEventListener("click", () => this.events.onGo(pin.z));
    button.addEventListener("contextmenu", (event) => this.remove(event, pin));
    button.addEventListener("keydown", (event) => {
      if (["Delete", "Backspace"].includes(event.key)) this.remove(event, pin);
    });
    return button;
  }

  /**
   * @param {Event} event
   * @param {Pin} pin
   */
  remove(event, pin) {
    event.preventDefault();
    this.store.remove(pin);
    this.render();
  }
}

/** The tab's storage; where it is forbidden, as in a sandboxed frame, none: pins then last as long as the page. */
function tabStorage() {
  try {
    return sessionStorage;
  } catch {
    return { getItem: () => null, setItem: () => {} };
  }
}

// The pins as a row of buttons.

import { context2d, find, make } from "../shared/dom.js";
import { gettext } from "../shared/words.js";
import { PinStore } from "./pin_store.js";
import { fillImage } from "./pixels.js";

/** @import { Header, Pin, Pixels } from "./types.js" */

export class Pins {
  /**
   * @param {HTMLElement} root
   * @param {Header} header of the run whose pins the tab keeps
   * @param {(z: number[]) => void} onGo a pin is clicked
   */
  constructor(root, { run, version, shape }, onGo) {
    this.list = find(root, ".pins", HTMLElement);
    this.adding = find(root, ".pin", HTMLButtonElement);
    this.line = find(root, ".path [value=line]", HTMLOptionElement); // a walk from pin to pin
    this.shape = shape;
    this.onGo = onGo;
    this.store = new PinStore(tabStorage(), `latent-explorer-pins-${run}-${version}`);
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
    this.list.replaceChildren(...this.store.pins.map((pin, i) => this.button(pin, i)));
    this.adding.disabled = this.store.full;
    this.line.disabled = this.store.pins.length < 2;
  }

  /**
   * @param {Pin} pin
   * @param {number} i
   */
  button(pin, i) {
    const [channels, height, width] = this.shape;
    const button = make("button", {
      type: "button",
      className: "pinned",
      ariaLabel: gettext("pin {number}", { number: i + 1 }),
    });
    button.title = gettext("Go there; Delete or right-click removes it");
    const canvas = make("canvas", { width, height });
    context2d(canvas).putImageData(fillImage(new ImageData(width, height), pin.pixels, channels), 0, 0);
    button.append(canvas);
    button.addEventListener("click", () => this.onGo(pin.z));
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

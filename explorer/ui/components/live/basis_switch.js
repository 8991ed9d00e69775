// Directions or dimensions: in which coordinates z is moved. Only of models with too many dimensions for sliders.

import { find } from "../shared/dom.js";
import { gettext } from "../shared/words.js";

/** @import { Basis, Header } from "./types.js" */

export class BasisSwitch {
  /**
   * @param {HTMLElement} root
   * @param {(basis: Basis) => void} onChange
   */
  constructor(root, onChange) {
    this.root = find(root, ".basis", HTMLElement);
    this.head = find(root, ".slider-row.head .what", HTMLElement);
    this.buttons = Array.from(this.root.querySelectorAll("button"));
    for (const button of this.buttons) {
      button.addEventListener("click", () => onChange(/** @type {Basis} */ (button.value)));
    }
  }

  /** @param {Header} header */
  show({ directions, view }) {
    this.root.hidden = !directions;
    for (const button of this.buttons) button.ariaPressed = String(button.value === view.basis);
    const along = view.basis === "directions";
    this.head.textContent = along ? gettext("direction, share of variance") : gettext("dimension, what it carries");
    this.head.title = along
      ? gettext(
          "The principal directions of the posterior means of the test images, ordered by the share of variance explained",
        )
      : gettext("Ordered by the KL that each dimension carries over the test images");
  }
}

// What the pad shows, as selects: the coordinates across and up, the scale of the axes, the size of the grid.

import { find } from "../shared/dom.js";

/** @import { Frame, View } from "./types.js" */

const FIELDS = /** @type {const} */ (["x", "y", "scale", "size"]);

export class ViewSelects {
  /**
   * @param {HTMLElement} root
   * @param {(change: Partial<View>) => void} onChange
   */
  constructor(root, onChange) {
    this.selects = FIELDS.map((field) => {
      const select = find(root, `.view-${field}`, HTMLSelectElement);
      select.addEventListener("change", () => {
        onChange({ [field]: field === "scale" ? select.value : Number(select.value) });
      });
      return { field, select };
    });
  }

  /**
   * The coordinates to choose from, in the order of the sliders.
   *
   * @param {Frame} frame
   */
  offer({ rows, what }) {
    for (const { field, select } of this.selects) {
      if (field === "scale") select.disabled = what === "direction"; // along which the prior's quantiles are elsewhere
      if (field !== "x" && field !== "y") continue;
      select.replaceChildren(...rows.map(({ index, name }) => new Option(name, String(index))));
      select.disabled = rows.length < 2;
    }
  }

  /** @param {View} view */
  show(view) {
    for (const { field, select } of this.selects) select.value = String(view[field]);
  }
}

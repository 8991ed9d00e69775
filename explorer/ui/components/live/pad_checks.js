// What is shown and done on the pad, as check boxes.

import { find } from "../shared/dom.js";

/** @import { Pad } from "./pad.js" */

/**
 * @param {HTMLElement} root
 * @param {Pad} pad
 * @param {() => void} onLeave the pointer has left the pad, having moved z on it
 */
export function listenToChecks(root, pad, onLeave) {
  const points = find(root, ".points", HTMLInputElement);
  const hover = find(root, ".hover", HTMLInputElement);
  const take = () => {
    pad.showPoints = points.checked;
    pad.hover = hover.checked;
  };
  take();
  hover.addEventListener("change", take);
  points.addEventListener("change", () => {
    take();
    pad.draw();
  });
  pad.root.addEventListener("pointerleave", () => pad.hover && onLeave());
}

// A range input that follows the mouse at once: browsers hold its own events back until the next frame.

import { clamp } from "../shared/numbers.js";
import { MOVE } from "./moves.js";

const THUMB = 16; // pixels; its middle stands at the value

/**
 * Fingers and keys are left to the browser.
 *
 * @param {HTMLInputElement} range
 * @param {number} step
 * @param {{ onMove: (value: number) => void, onRelease: () => void }} events
 */
export function followMouse(range, step, { onMove, onRelease }) {
  /** @param {PointerEvent} event */
  const follow = (event) => {
    if (range.hasPointerCapture(event.pointerId)) onMove(valueAt(range, step, event.clientX));
  };
  range.addEventListener("mousedown", (event) => event.button || event.preventDefault()); // its own drag
  range.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "mouse" || event.button) return;
    range.focus();
    range.setPointerCapture(event.pointerId);
    follow(event);
  });
  range.addEventListener(MOVE, (event) => follow(/** @type {PointerEvent} */ (event)));
  range.addEventListener("pointerup", (event) => event.pointerType === "mouse" && !event.button && onRelease());
}

/**
 * @param {HTMLInputElement} range
 * @param {number} step
 * @param {number} x pixels of the window
 */
function valueAt(range, step, x) {
  const { left, width } = range.getBoundingClientRect();
  const [low, high] = [Number(range.min), Number(range.max)];
  const value = low + clamp((x - left - THUMB / 2) / (width - THUMB), 0, 1) * (high - low);
  return clamp(Math.round(value / step) * step, low, high);
}

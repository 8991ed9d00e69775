// The first look: z walks by itself until somebody touches anything, once a tab.

import { find } from "../shared/dom.js";

/** @import { Playback } from "./playback.js" */

const KEY = "latent-explorer-greeted";
const LASTS_MS = 9000;
const TOUCHES = /** @type {const} */ (["pointerdown", "keydown", "wheel"]);

/**
 * Begin, unless this tab was greeted before, z already stands somewhere, or the system asks for less motion. Where
 * nobody touches anything it ends after a while where it began.
 *
 * @param {HTMLElement} root
 * @param {Playback} playback
 * @param {Float32Array} z
 */
export function greet(root, playback, z) {
  if (z.some((value) => value !== 0) || playback.frame !== null) return;
  if (matchMedia("(prefers-reduced-motion: reduce)").matches || greeted()) return;
  const begin = z.slice();
  const hint = find(root, ".pad-hint", HTMLElement);
  const listening = new AbortController();
  /** @param {() => void} act before the walk stops */
  const end = (act) => {
    listening.abort();
    clearTimeout(timer);
    hint.hidden = true;
    if (playback.frame === null) return;
    act();
    playback.toggle();
  };
  const timer = setTimeout(() => end(() => playback.events.onMove(begin)), LASTS_MS);
  for (const touch of TOUCHES) {
    document.addEventListener(touch, ({ target }) => target !== playback.button && end(() => {}), {
      capture: true,
      signal: listening.signal,
    });
  }
  hint.hidden = false;
  playback.toggle();
}

/** Whether this tab was greeted; it is from now on. Where a page may keep nothing, it counts as greeted. */
function greeted() {
  try {
    const before = sessionStorage.getItem(KEY) !== null;
    sessionStorage.setItem(KEY, "1");
    return before;
  } catch {
    return true;
  }
}

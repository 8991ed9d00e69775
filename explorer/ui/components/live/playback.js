// Play: z moves along a path, once a frame.

import { find } from "../shared/dom.js";
import { gettext } from "../shared/words.js";
import { PATHS } from "./paths.js";

/** @import { Path } from "./types.js" */

/**
 * @typedef {object} PlaybackEvents
 * @property {(kind: string) => Path | null} makePath from where z stands; null where it cannot begin
 * @property {(z: ArrayLike<number>) => void} onMove
 * @property {() => void} onStop
 */

export class Playback {
  /** @type {number | null} the next animation frame while it plays */
  frame = null;

  /**
   * @param {HTMLElement} root
   * @param {PlaybackEvents} events
   */
  constructor(root, events) {
    this.events = events;
    this.button = find(root, ".play", HTMLButtonElement);
    this.kind = find(root, ".path", HTMLSelectElement);
    this.kind.replaceChildren(...Object.entries(PATHS).map(([name, { title }]) => new Option(gettext(title), name)));
    this.speed = find(root, ".speed", HTMLInputElement);
    this.button.addEventListener("click", () => this.toggle());
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
      Object.assign(this.button, { disabled: true, title: gettext("Your system asks for reduced motion") });
    }
  }

  toggle() {
    if (this.frame === null) this.start();
    else this.stop();
    const playing = this.frame !== null;
    Object.assign(this.button, {
      textContent: playing ? "pause" : "play_arrow",
      ariaLabel: playing ? gettext("pause") : gettext("play"),
    });
  }

  start() {
    const path = this.events.makePath(this.kind.value);
    if (!path) return;
    let [time_s, last] = [0, performance.now()];
    /** @param {number} now */
    const step = (now) => {
      time_s += (Math.max(0, now - last) / 1000) * Number(this.speed.value);
      last = now;
      this.events.onMove(path(time_s));
      this.frame = requestAnimationFrame(step);
    };
    this.frame = requestAnimationFrame(step);
  }

  stop() {
    this.cancel();
    this.events.onStop();
  }

  cancel() {
    if (this.frame !== null) cancelAnimationFrame(this.frame);
    this.frame = null;
  }
}

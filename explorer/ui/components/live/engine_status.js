// What is shown of the decoder in the browser: how far it has come, and why images come from the server.

import { find } from "../shared/dom.js";
import { gettext } from "../shared/words.js";

const WORTH_SHOWING = 2 ** 20; // bytes; less is there at once

export class EngineStatus {
  /** @param {HTMLElement} root of the component */
  constructor(root) {
    this.bar = find(root, ".decoder-progress", HTMLProgressElement);
    this.rate = find(root, ".rate", HTMLElement);
  }

  /**
   * @param {number} loaded bytes
   * @param {number} total
   */
  onProgress(loaded, total) {
    this.bar.hidden = total <= WORTH_SHOWING || loaded >= total;
    this.bar.max = total;
    this.bar.value = loaded;
  }

  /** @param {string} reason why images come from the server, empty where they are decoded here */
  onPlace(reason) {
    this.bar.hidden = true;
    this.rate.title = reason
      ? gettext("Decoded by the server. {reason}", { reason })
      : gettext("Decoded in this browser");
  }
}

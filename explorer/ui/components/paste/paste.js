// Images from the clipboard: Ctrl+V anywhere on the page, or the button where the browser lets the page read it.

import { find } from "../shared/dom.js";
import { mountable } from "../shared/mount.js";
import { gettext, N_ } from "../shared/words.js";

/** @import { FrontendRendererArgs } from "@streamlit/component-v2-lib" */

/** @typedef {{ maxBytes: number }} PasteData */

/**
 * What is sent to Python; `content` is in base 64.
 *
 * @typedef {{ pasted: { files: { name: string, content: string }[] } }} PasteState
 */

const PRESS_KEYS = N_("Your browser does not let the page read the clipboard: press Ctrl+V instead.");
const NO_IMAGE = N_("There is no image in the clipboard.");
const NOTE_MS = 8000;

class Paste {
  maxBytes = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  timer;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.note = find(root, "p", HTMLElement);
    document.addEventListener("paste", this.onPaste);
    find(root, "button", HTMLButtonElement).addEventListener("click", () => this.readClipboard());
  }

  /** @param {FrontendRendererArgs<PasteState, PasteData>} args */
  update({ data, setTriggerValue }) {
    this.maxBytes = data.maxBytes;
    this.setTriggerValue = setTriggerValue;
  }

  /** @param {string} text */
  showNote(text) {
    this.note.textContent = text;
    this.note.hidden = !text;
    clearTimeout(this.timer);
    if (text) this.timer = setTimeout(() => this.showNote(""), NOTE_MS);
  }

  /**
   * Ctrl+V: text that is pasted into a field stays there.
   *
   * @param {ClipboardEvent} event
   */
  onPaste = (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    const typing = event.target instanceof Element && event.target.closest("input, textarea, [contenteditable]");
    if (files.length > 0) {
      event.preventDefault();
      this.send(files);
    } else if (!typing) {
      this.showNote(gettext(NO_IMAGE));
    }
  };

  /** The button; insecure pages have no clipboard at all. */
  async readClipboard() {
    let items;
    try {
      items = await navigator.clipboard.read();
    } catch {
      return this.showNote(gettext(PRESS_KEYS));
    }
    const blobs = await Promise.all(items.flatMap(imageOf));
    if (blobs.length > 0) this.send(blobs);
    else this.showNote(gettext(NO_IMAGE));
  }

  /** @param {Blob[]} blobs */
  async send(blobs) {
    const bytes = blobs.reduce((sum, blob) => sum + blob.size, 0);
    if (bytes > this.maxBytes)
      return this.showNote(gettext("At most {size} MB are taken.", { size: Math.floor(this.maxBytes / 2 ** 20) }));
    this.showNote("");
    const files = await Promise.all(blobs.map(fileOf));
    this.setTriggerValue?.("pasted", { files });
  }

  destroy() {
    clearTimeout(this.timer);
    document.removeEventListener("paste", this.onPaste);
  }
}

/**
 * The image of an item of the clipboard, where it has one.
 *
 * @param {ClipboardItem} item
 */
function imageOf(item) {
  const type = item.types.find((type) => type.startsWith("image/"));
  return type ? [item.getType(type)] : [];
}

/** @param {Blob} blob */
async function fileOf(blob) {
  return { name: blob instanceof File ? blob.name : "", content: await base64(blob) };
}

/**
 * A blob's bytes in base 64, made by the browser: they may be many.
 *
 * @param {Blob} blob
 * @returns {Promise<string>}
 */
function base64(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => {
      const address = String(reader.result);
      resolve(address.slice(address.indexOf(",") + 1));
    };
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}

export default mountable(".paste-image", Paste);

// Images from the clipboard: Ctrl+V anywhere on the page, or the button where the browser lets the page read it.

import { mountable } from "../shared/mount.js";

const SAY_KEYS = "Your browser does not let the page read the clipboard: press Ctrl+V instead.";
const SAY_NONE = "There is no image in the clipboard.";
const SAY_MS = 8000;

class Paste {
  constructor(root) {
    this.note = root.querySelector("p");
    this.onPaste = (event) => this.pasted(event);
    document.addEventListener("paste", this.onPaste);
    root.querySelector("button").addEventListener("click", () => this.read());
  }

  update({ data, setTriggerValue }) {
    this.maxBytes = data.maxBytes;
    this.tell = setTriggerValue;
  }

  say(text) {
    this.note.textContent = text;
    this.note.hidden = !text;
    clearTimeout(this.hiding);
    if (text) this.hiding = setTimeout(() => this.say(""), SAY_MS);
  }

  /** Ctrl+V: words that are pasted into a field stay there. */
  pasted(event) {
    const files = [...(event.clipboardData?.files ?? [])];
    const typing = event.target instanceof Element && event.target.closest("input, textarea, [contenteditable]");
    if (files.length > 0) {
      event.preventDefault();
      this.send(files);
    } else if (!typing) {
      this.say(SAY_NONE);
    }
  }

  /** The button. */
  async read() {
    let items;
    try {
      items = await navigator.clipboard.read();
    } catch {
      this.say(SAY_KEYS);
      return;
    }
    const kinds = items.map((item) => [item, item.types.find((type) => type.startsWith("image/"))]);
    const blobs = kinds.filter(([, type]) => type).map(([item, type]) => item.getType(type));
    if (blobs.length > 0) this.send(await Promise.all(blobs));
    else this.say(SAY_NONE);
  }

  async send(blobs) {
    const bytes = blobs.reduce((sum, blob) => sum + blob.size, 0);
    if (bytes > this.maxBytes) {
      this.say(`At most ${Math.floor(this.maxBytes / 2 ** 20)} MB are taken.`);
      return;
    }
    this.say("");
    const files = await Promise.all(blobs.map(async (blob) => ({ name: blob.name ?? "", content: await base64(blob) })));
    this.tell("pasted", { files });
  }

  destroy() {
    clearTimeout(this.hiding);
    document.removeEventListener("paste", this.onPaste);
  }
}

/** A blob's bytes as text. */
function base64(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}

export default mountable(".paste-image", Paste);

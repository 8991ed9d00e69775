// The choice of a model: a combobox over a list of pictures, by the pattern of the ARIA authoring practices. The list is
// built when it is opened, and its pictures are fetched when they come into view.

import { find, make } from "../shared/dom.js";
import { mountable } from "../shared/mount.js";
import { gettext } from "../shared/words.js";
import { matching, moved } from "./offers.js";

/** @import { FrontendRendererArgs } from "@streamlit/component-v2-lib" */
/** @import { Offer } from "./offers.js" */

/** @typedef {{ chosen: string, models: Offer[] }} PickerData */
/** @typedef {{ picked: string }} PickerState */

class Picker {
  /** @type {Offer[]} */
  models = [];
  /** @type {Offer[]} the ones in the list */
  shown = [];
  chosen = "";
  active = -1;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.box = find(root, ".picker-box", HTMLElement);
    this.picture = find(root, ".picker-chosen", HTMLImageElement);
    this.field = find(root, "input", HTMLInputElement);
    this.panel = find(root, ".picker-panel", HTMLElement);
    this.list = find(root, "ul", HTMLElement);
    this.status = find(root, "p", HTMLElement);
    hideIfBroken(this.picture);
    this.box.onclick = ({ target }) => this.onBox(target === this.field);
    this.field.oninput = () => this.open(this.field.value);
    this.field.onkeydown = (event) => this.onKey(event);
    this.field.onblur = () => this.close();
    this.panel.onmousedown = keepFocus;
    this.box.onmousedown = (event) => event.target === this.field || keepFocus(event);
  }

  /** @param {FrontendRendererArgs<PickerState, PickerData>} args */
  update({ data, setTriggerValue }) {
    this.setTriggerValue = setTriggerValue;
    this.models = data.models;
    this.show(data.chosen);
    if (this.isOpen) this.open(this.text);
  }

  get isOpen() {
    return !this.panel.hidden;
  }

  /** What is searched for: the name of the chosen model is there to be typed over. */
  get text() {
    return this.field.value === this.chosen ? "" : this.field.value;
  }

  /** @param {string} name of the chosen model */
  show(name) {
    const typing = this.isOpen && this.text !== "";
    this.chosen = name;
    if (!typing) this.field.value = name;
    const offer = this.models.find((model) => model.name === name);
    if (!offer || this.picture.getAttribute("src") === offer.picture) return;
    this.picture.hidden = false;
    this.picture.src = offer.picture;
  }

  /** @param {boolean} onField whether the click was on the field, not beside it */
  onBox(onField) {
    if (this.isOpen && !onField) return this.close();
    this.field.focus();
    if (!this.isOpen) this.browse();
  }

  /** Open the list of all, at the chosen one. */
  browse() {
    this.field.select();
    this.open("");
  }

  /**
   * Open the list of those that the text finds.
   *
   * @param {string} text
   */
  open(text) {
    this.shown = matching(this.models, text);
    this.status.textContent = this.shown.length > 0 ? "" : gettext("No model fits.");
    this.list.replaceChildren(...this.shown.map((offer, row) => this.option(offer, row)));
    this.panel.hidden = false;
    this.field.ariaExpanded = "true";
    const chosen = this.shown.findIndex(({ name }) => name === this.chosen);
    this.activate(Math.max(chosen, Math.min(0, this.shown.length - 1)));
  }

  close() {
    this.panel.hidden = true;
    this.list.replaceChildren();
    this.field.value = this.chosen;
    this.field.ariaExpanded = "false";
    this.activate(-1);
  }

  /**
   * @param {Offer} offer
   * @param {number} row
   */
  option({ name, line, picture }, row) {
    const image = make("img", { loading: "lazy", width: 44, height: 44, src: picture, alt: "" });
    hideIfBroken(image);
    const words = make("span");
    words.append(make("b", { textContent: name }), make("small", { textContent: line }));
    const option = make("li", { id: `model-picker-${row}`, role: "option", title: name });
    option.ariaSelected = String(name === this.chosen);
    option.append(image, words);
    option.onclick = () => this.pick(row);
    option.onpointermove = () => this.activate(row, false);
    return option;
  }

  /**
   * @param {number} row the one that Enter picks, -1 for none
   * @param {boolean} [scroll]
   */
  activate(row, scroll = true) {
    this.list.children[this.active]?.classList.remove("active");
    this.active = row;
    const option = this.list.children[row];
    option?.classList.add("active");
    if (option) this.field.setAttribute("aria-activedescendant", option.id);
    else this.field.removeAttribute("aria-activedescendant");
    if (scroll) option?.scrollIntoView({ block: "nearest" });
  }

  /** @param {number} row */
  pick(row) {
    const { name } = this.shown[row];
    const other = name !== this.chosen;
    if (other) this.chosen = name;
    this.close();
    if (!other) return;
    this.show(name);
    this.setTriggerValue?.("picked", name);
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    const row = moved(event.key, this.active, this.shown.length);
    if (event.isComposing || event.ctrlKey || event.metaKey) return;
    if (row !== null && this.isOpen) this.activate(row);
    else if (row !== null) this.browse();
    else if (event.key === "Enter" && !this.isOpen) this.browse();
    else if (event.key === "Enter" && this.active >= 0) this.pick(this.active);
    else if (event.key === "Escape" && this.isOpen) this.close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  destroy() {
    this.close();
  }
}

/**
 * The field keeps the focus, whose loss would close the list before the click.
 *
 * @param {MouseEvent} event
 */
function keepFocus(event) {
  event.preventDefault();
}

/**
 * A picture that cannot be fetched leaves its ground: the run may be gone, or its weights damaged.
 *
 * @param {HTMLImageElement} image
 */
function hideIfBroken(image) {
  image.onload = () => {
    image.style.visibility = "";
  };
  image.onerror = () => {
    image.style.visibility = "hidden";
  };
}

export default mountable(".model-picker", Picker);

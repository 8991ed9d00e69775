// The legend: classes as buttons that hide and show, magnitudes as a bar.

import { make } from "../shared/dom.js";
import { thousands } from "../shared/numbers.js";
import { gettext } from "../shared/words.js";
import { countCodes, NEUTRAL, NONE } from "./colouring.js";

/** @import { Colouring } from "./types.js" */

/**
 * @param {HTMLElement} root
 * @param {Colouring} colouring
 * @param {Uint16Array} codes
 * @param {(hidden: Set<number>) => void} onHide
 */
export function showLegend(root, colouring, codes, onHide) {
  const { names } = colouring;
  root.replaceChildren(...(names ? chips(colouring, names, codes, onHide) : [colourBar(colouring)]));
}

/**
 * @param {Colouring} colouring
 * @param {string[]} names
 * @param {Uint16Array} codes
 * @param {(hidden: Set<number>) => void} onHide
 */
function chips({ title, palette, marks, order, note }, names, codes, onHide) {
  /** @type {Set<number>} */
  const hidden = new Set();
  const counts = countCodes(codes);
  const classes = order.map((code) => ({ name: names[code], code, colour: palette[code], mark: marks[code] }));
  const unnamed = { name: note, code: NONE, colour: NEUTRAL, mark: "circle" };
  const buttons = [...classes, unnamed].flatMap(({ name, code, colour, mark }) => {
    const points = counts.get(code);
    if (points === undefined) return [];
    const button = make("button", { type: "button", className: "chip", ariaPressed: "true" });
    const dot = make("i");
    dot.style.background = colour;
    dot.dataset.mark = mark;
    button.append(dot, name);
    button.title = gettext("{title} {name}: {n} points; click to hide or show, double-click for it alone", {
      title,
      name,
      n: thousands(points),
    });
    button.dataset.code = String(code);
    button.addEventListener("click", ({ shiftKey }) => {
      if (shiftKey) return isolate(code);
      if (!hidden.delete(code)) hidden.add(code);
      show();
    });
    button.addEventListener("dblclick", () => isolate(code));
    return [button];
  });
  const show = () => {
    for (const button of buttons) button.ariaPressed = String(!hidden.has(Number(button.dataset.code)));
    onHide(hidden);
  };
  /** This class alone; all again where it was alone. @param {number} code */
  const isolate = (code) => {
    const others = buttons.map(({ dataset }) => Number(dataset.code)).filter((other) => other !== code);
    const alone = others.every((other) => hidden.has(other));
    hidden.clear();
    if (!alone) for (const other of others) hidden.add(other);
    show();
  };
  return [make("span", { className: "legend-title", textContent: title }), ...buttons];
}

/** @param {Colouring} colouring */
function colourBar({ title, palette, ticks, note }) {
  const band = make("i", { className: "band" });
  band.style.background = `linear-gradient(90deg, ${palette.join(", ")})`;
  const labels = make("div", { className: "scale-ticks" });
  labels.append(...ticks.map((tick) => make("span", { textContent: tick })));
  const scale = make("div", { className: "scale-box" });
  scale.append(band, labels);
  const bar = make("div", { className: "colour-bar", title: note });
  bar.append(make("span", { className: "legend-title", textContent: title }), scale);
  return bar;
}

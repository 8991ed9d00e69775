// From codes to colours, and the legend: classes as buttons that hide and show, magnitudes as a bar.

export const NONE = 65535; // the code of a point that has no value
const STEPS = 32; // of a magnitude, as in figures_map.py
const NEUTRAL = "#8c8c8c";

/** The colours of the codes of a colouring: one a class, or `STEPS` along its scale. */
export function paletteOf(colouring) {
  if (colouring.names) return colouring.palette;
  const stops = colouring.palette.map((hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)));
  return Array.from({ length: STEPS }, (_, step) => {
    const place = (step / (STEPS - 1)) * (stops.length - 1);
    const [low, share] = [Math.min(Math.floor(place), stops.length - 2), place % 1 || Number(place === stops.length - 1)];
    const mixed = stops[low].map((value, channel) => Math.round(value + (stops[low + 1][channel] - value) * share));
    return `#${mixed.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
  });
}

/** The points of each code: [[code, indices], ...], those without a value first, so that they lie lowest. */
export function partsOf(codes) {
  const parts = new Map();
  for (let i = 0; i < codes.length; i++) {
    const part = parts.get(codes[i]);
    if (part) part.push(i);
    else parts.set(codes[i], [i]);
  }
  const height = (code) => (code === NONE ? -1 : code);
  return [...parts].sort(([a], [b]) => height(a) - height(b));
}

export const colourOf = (palette, code) => palette[code] ?? NEUTRAL;

/** Fill the legend. `onHide(hidden)` is called with the set of hidden codes. */
export function showLegend(root, colouring, codes, onHide) {
  root.replaceChildren(...(colouring.names ? chips(colouring, codes, onHide) : [bar(colouring)]));
}

function chips({ title, names, palette, note }, codes, onHide) {
  const counts = new Map();
  for (const code of codes) counts.set(code, (counts.get(code) ?? 0) + 1);
  const hidden = new Set();
  const entries = [...names.map((name, code) => ({ name, code, colour: palette[code] })), { name: note, code: NONE, colour: NEUTRAL }];
  const buttons = entries
    .filter(({ code }) => counts.has(code))
    .map(({ name, code, colour }) => {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "chip" });
      const dot = document.createElement("i");
      dot.style.background = colour;
      button.append(dot, name);
      button.title = `${title} ${name}: ${counts.get(code).toLocaleString("en")} points; click to hide or show`;
      button.ariaPressed = "true";
      button.addEventListener("click", () => {
        if (!hidden.delete(code)) hidden.add(code);
        button.ariaPressed = String(!hidden.has(code));
        onHide(hidden);
      });
      return button;
    });
  return [text("span", "legend-title", title), ...buttons];
}

function bar({ title, palette, ticks, note }) {
  const box = text("div", "colour-bar", "");
  const band = text("i", "band", "");
  band.style.background = `linear-gradient(90deg, ${palette.join(", ")})`;
  const scale = text("div", "scale-box", "");
  const labels = text("div", "scale-ticks", "");
  labels.append(...ticks.map((tick) => text("span", "", tick)));
  scale.append(band, labels);
  box.append(text("span", "legend-title", title), scale);
  box.title = note;
  return box;
}

export function text(tag, className, content) {
  return Object.assign(document.createElement(tag), { className, textContent: content });
}

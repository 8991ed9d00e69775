// How cells look: ink on paper, or a tint with a hatch over what is hidden.

const HATCH = 7; // pixels between its lines

/** Dark ink on white paper, in every theme: paper is paper. */
function showInk(canvas, { cells, width, height }) {
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const image = new ImageData(width, height);
  cells.forEach((ink, i) => image.data.set([255 - ink, 255 - ink, 255 - ink, 255], 4 * i));
  canvas.getContext("2d").putImageData(image, 0, 0);
}

/** The hidden cells in the accent colour, hatched light and dark so that they show on any picture. */
function showHidden(canvas, { cells, width, height }, accent) {
  const ratio = window.devicePixelRatio || 1;
  const [across, down] = [canvas.clientWidth, canvas.clientHeight];
  Object.assign(canvas, { width: Math.round(across * ratio), height: Math.round(down * ratio) }); // empties it too
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  const hidden = new Path2D();
  const edge = (line, size, length) => Math.round((line / size) * length); // whole pixels: no seams between cells
  cells.forEach((on, i) => {
    if (!on) return;
    const [x, y] = [i % width, Math.floor(i / width)];
    const [left, top] = [edge(x, width, across), edge(y, height, down)];
    hidden.rect(left, top, edge(x + 1, width, across) - left, edge(y + 1, height, down) - top);
  });
  context.fillStyle = accent;
  context.globalAlpha = 0.6;
  context.fill(hidden);
  context.clip(hidden);
  hatch(context, across, down);
}

function hatch(context, across, down) {
  context.lineWidth = 1;
  for (const [colour, shift] of [["#000", 1], ["#fff", 0]]) {
    context.strokeStyle = colour;
    context.beginPath();
    for (let x = shift - down; x < across; x += HATCH) {
      context.moveTo(x, down);
      context.lineTo(x + down, 0);
    }
    context.stroke();
  }
}

// What each mode is painted with: the tools, how its edges are, and what is said of it.
export const MODES = {
  draw: {
    full: 255,
    soft: true,
    tools: ["pen", "eraser"],
    step: (sheet) => sheet.width / 56,
    sizes: (sheet) => [sheet.width / 70, sheet.width / 7, sheet.width / 14], // least, largest, at first
    show: showInk,
    said: (share) => (share ? "" : "draw here"),
  },
  mask: {
    full: 1,
    soft: false,
    tools: ["brush", "box", "eraser"],
    step: () => 1,
    sizes: (sheet) => [1, Math.ceil(sheet.width / 2), Math.ceil(sheet.width / 7)],
    show: showHidden,
    said: (share) => (share ? `${Math.max(1, Math.round(100 * share))} % hidden` : "nothing hidden yet"),
  },
};

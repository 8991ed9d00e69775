/** [x, y] in cells. */
export type Point = [number, number];

/** Values of cells, row by row. */
export type Raster = { cells: Uint8Array; width: number; height: number };

export type ToolName = "pen" | "brush" | "box" | "eraser";

/** What a canvas is painted with: its tools, how its edges are, how it looks, and what is said of it. */
export type Mode = {
  /** The value of a cell that is wholly painted. */
  full: number;
  /** Whether edges are graded. */
  soft: boolean;
  tools: ToolName[];
  /** How far an arrow key moves the brush, in cells. */
  step(width: number): number;
  /** The brush's least, largest and first diameter, in cells. */
  diameters(width: number): [number, number, number];
  render(canvas: HTMLCanvasElement, raster: Raster, accent: string): void;
  /** The note, given the share of the cells that are painted. */
  describe(share: number): string;
};

export type ModeName = "draw" | "mask";

/** What Python gives (docs/canvas.md). */
export type CanvasData = {
  mode: ModeName;
  shape: [height: number, width: number];
  stamp: number;
  cells: string;
  label: string;
  background?: string;
};

/** What is sent to Python. */
export type CanvasState = {
  painted: { of: [ModeName, height: number, width: number, stamp: number]; cells: string };
};

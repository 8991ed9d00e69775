import type { Chart } from "./chart.js";
import type { PointGrid } from "./grid.js";
import type { Thumbnails } from "./thumbnails.js";

/** [x, y], in units of the map's axes or in pixels of its stage. */
export type Point = [number, number];

export type Bounds = { x0: number; x1: number; y0: number; y1: number };

/** Says of a point, by its index, whether it counts. */
export type Test = (index: number) => boolean;

/** What colours the points: classes by name, or a magnitude along a scale with ticks. */
export type Colouring = {
  key: string;
  url: string;
  title: string;
  palette: string[];
  names: string[] | null;
  /** of the names: plotly's symbols */
  marks: string[];
  /** in which the names are listed */
  order: number[];
  ticks: string[];
  note: string;
};

export type PointsInfo = { url: string; n: number; method: string; axes: [string, string]; labelled: boolean };

export type SheetsInfo = {
  url: string;
  count: number;
  columns: number;
  width: number;
  height: number;
  source: "original" | "decoded" | "";
};

/** An image that was not fitted, placed on the map. */
export type OutOfSample = Readonly<{
  x: number;
  y: number;
  confidence: number;
  neighbours: number[];
  off_map: boolean;
}>;

/** What Python gives (docs/map.md). */
export type MapData = {
  plotly: string;
  facts: string;
  points: PointsInfo;
  sheets: SheetsInfo;
  colour: Colouring;
  classes: string[];
  marked: number | null;
  neighbours: { of: number | null; indices: number[] };
  selection: string | null;
  out_of_sample: OutOfSample | null;
  stamp: number;
  alt: string;
};

/** What is sent to Python. */
export type MapState = {
  clicked: { index: number | null; at: number };
  selected: { mask: string | null; at: number };
};

/** The theme's colours and font. */
export type Theme = { text: string; background: string; line: string; accent: string; font: string };

/** A code for each point, the colours and marks of the codes, and the codes that are hidden. */
export type Coloured = { codes: Uint16Array; palette: string[]; marks: string[]; hidden: Set<number> };

/** All that lies over the points. */
export type Scene = {
  chart: Chart;
  grid: PointGrid;
  sheets: Thumbnails | null;
  shown: Test;
  colour(index: number): string;
  selected: Uint8Array | null;
  marked: number | null;
  neighbours: number[];
  outOfSample: OutOfSample | null;
  outline: Point[] | null;
  thumbs: boolean;
  theme: Theme;
};

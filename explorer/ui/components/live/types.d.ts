/** Channels, height, width of the images. */
export type Shape = [channels: number, height: number, width: number];

/** Pixels as a decoder gives them: channel by channel, one channel or three. */
export type Pixels = Uint8Array;

/** What is known of a latent dimension: its KL in nats (0 without a prior), and how its posterior means are spread. */
export type Dimension = { index: number; kl: number; active: boolean; mean: number; sd: number };

/** Principal directions, by decreasing variance of mu: mean of mu along each, its spread, its share of the variance. */
export type DirectionFacts = { offset: number[]; sd: number[]; explained: number[]; reach: number[] };

export type Basis = "dimensions" | "directions";

export type Scale = "quantile" | "linear";

/** What part of the two dimensions is seen, in units of z. */
export type Range = { lo_x: number; hi_x: number; lo_y: number; hi_y: number };

/** What the pad shows: the coordinates across and up, their range, and how many images a side of the grid has. */
export type View = Range & { x: number; y: number; scale: Scale; size: number; basis: Basis };

/** A Gaussian posterior. */
export type Posterior = { mu: number[]; sigma: number[] };

/** A posterior's ellipse of radius 1 in the plane of the pad: centre + cos * across + sin * up. */
export type Ellipse = { centre: number[]; across: number[]; up: number[] };

/** A coordinate with its slider: `share` is how full its bar is, mean and sd are of the posterior means along it. */
export type SliderRow = {
  index: number;
  name: string;
  label: string;
  title: string;
  share: number;
  active: boolean;
  mean: number;
  sd: number;
  limit: number;
  step: number;
};

/** A row of images: one coordinate at each of the values. */
export type Traversal = { index: number; values: number[] };

/** The coordinates in which z is moved. */
export interface Frame {
  readonly what: "dimension" | "direction";
  /** in the order to show, the index being that of the coordinate */
  readonly rows: SliderRow[];
  /** of a coordinate */
  row(i: number): SliderRow;
  coordinates(z: Float32Array): ArrayLike<number>;
  /** Change one coordinate of z, nothing else of it. */
  set(z: Float32Array, i: number, value: number): void;
  /** Which numbers of z may be drawn anew, the class not among them. */
  free(locked: Set<number>): boolean[];
  /** Give z, after a draw, the locked coordinates that it had before. */
  hold(z: Float32Array, before: Float32Array, locked: Set<number>): void;
  ellipse(posterior: Posterior, x: number, y: number): Ellipse;
}

/** The JSON part of what Python gives (docs/live.md). */
export type Header = {
  run: string;
  version: string;
  handle: string | null;
  socket: string;
  force: "browser" | "websocket" | "fragment" | null;
  /** where the decoder is fetched, null where it stays on the server */
  decoder: string | null;
  shape: Shape;
  z: number[];
  classes: string[];
  /** in which the classes are listed */
  class_order: number[];
  stamp: number;
  /** what lies near z, "" where that is not known */
  near: string;
  dims: Dimension[];
  limit: number;
  /** null where the dimensions are few */
  directions: DirectionFacts | null;
  view: View;
  traversals: Traversal[];
  home: Range;
  colours: string[];
  ellipse: Posterior | null;
  seq?: number;
  blobs: Record<string, [offset: number, length: number]>;
};

/** What is sent to Python: where z was left and who decodes, how the pad is looked at, whether traversals are, the fragment transport's request. */
export type LiveState = {
  z: { z: number[]; stamp: number; browser: boolean };
  view: Partial<View>;
  traversals: boolean;
  ask: DecodeRequest;
};

export type DecodeRequest = { seq: number; z: number[] };

/** How z reaches a decoder; the pixels come back through a callback. */
export interface Transport {
  name: string;
  readonly ready: boolean;
  send(seq: number, z: Float32Array): void;
  close(): void;
}

/** z at a time, in seconds at speed 1. */
export type Path = (t: number) => ArrayLike<number>;

/** A z that is kept, and its image. */
export type Pin = { z: number[]; pixels: number[] };

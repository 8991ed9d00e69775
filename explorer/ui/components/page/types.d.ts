import type { Dimension, DirectionFacts, Range, Shape, Traversal, View } from "../live/types.js";

/** A map of the test images: uint16 steps of its ranges. */
export type PageMap = {
  method: string;
  title: string;
  note: string;
  axes: [string, string];
  /** whether the numbers of the axes mean something */
  labelled: boolean;
  range: { x: [number, number]; y: [number, number] };
};

/** The JSON part of an exported page's content (docs/publishing.md). */
export type PageHeader = {
  run: string;
  version: string;
  shape: Shape;
  /** K, without a class */
  latent: number;
  /** test images whose posterior means are here */
  n: number;
  /** of a class-conditional model, else 0 */
  conditional: number;
  /** false of an autoencoder */
  has_prior: boolean;
  classes: string[];
  class_order: number[];
  colours: string[];
  marks: string[];
  dims: Dimension[];
  limit: number;
  directions: DirectionFacts | null;
  /** on which the pad opens, and those of each basis */
  views: { dimensions: View; directions: View | null };
  /** the rows of each basis */
  traversals: { dimensions: Traversal[]; directions: Traversal[] | null };
  maps: PageMap[];
  /** sheets of the images' thumbnails, 0 where they stay at home */
  thumbnails: number;
  thumbnail_size: [width: number, height: number];
  sheet_columns: number;
  blobs: Record<string, [offset: number, length: number]>;
};

export type PageRange = Range;

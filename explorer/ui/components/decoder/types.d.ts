/** A correlation of stride 1 within a convolution, with its own pixels of the result. */
export type Kernel = {
  weight: number;
  size: [height: number, width: number];
  at: [row: number, column: number];
  to: [row: number, column: number];
  count: [rows: number, columns: number];
};

/** [C, H, W]. */
export type Planes = [channels: number, height: number, width: number];

export type Func = [name: string, ...parameters: number[]];

/** What a program does, by `op`; `x`, `y`, `where`, `parts` are numbers of values, the rest of constants. */
export type Operation = { activation?: Func } & (
  | { op: "linear"; x: number; rows: number; weight: number; bias: number }
  | {
      op: "convolution";
      x: number;
      in: Planes;
      out: Planes;
      step: [rows: number, columns: number];
      kernels: Kernel[];
      bias: number;
    }
  | { op: "affine"; x: number; plane: number; scale: number; shift: number }
  | { op: "normalisation"; x: number; groups: number; eps: number; scale: number; shift: number }
  | { op: "gather"; x: number; planes: number; step: number; fill: number; table: number }
  | { op: "concatenation"; parts: number[]; outer: number }
  | { op: "constant"; value: number }
  | { op: "function"; x: number; function: Func }
  | { op: "binary"; x: number; y: number; name: string }
  | { op: "choice"; where: number; x: number; y: number }
);

export type ProgramHeader = {
  format: number;
  code: number;
  shape: Planes;
  operations: Operation[];
  sizes: number[];
  constants: [offset: number, count: number, kind: "f4" | "f2" | "i4"][];
  multiplications: number;
};

export type Constant = Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>;

export type Program = Omit<ProgramHeader, "constants"> & { constants: Constant[] };

/** What a decoder's worker is asked. A program comes from an address or as its bytes. */
export type Asked =
  | { kind: "load"; source: string | Uint8Array<ArrayBuffer> }
  | { kind: "decode"; seq: number; z: Float32Array }
  | { kind: "grid"; id: number; codes: Float32Array };

/** What it answers; `ms` is the time of an image. Tiles are images [n, C, H, W] of the grid from the `first` on. */
export type Told =
  | { kind: "progress"; loaded: number; total: number }
  | { kind: "ready"; ms: number; engine: "wasm" | "plain" }
  | { kind: "failed"; reason: string }
  | { kind: "pixels"; seq: number; pixels: Uint8ClampedArray<ArrayBuffer> }
  | { kind: "tiles"; id: number; first: number; parts: Uint8ClampedArray[]; done: boolean };

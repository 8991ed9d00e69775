// As much of plotly.js as is used.

/** Converts between the units of an axis and pixels; plotly's own, undocumented but stable. */
export type PlotlyAxis = { _offset: number; _length: number; d2p(value: number): number; p2d(pixel: number): number };

/** An element that plotly has drawn in. */
export type PlotlyElement = HTMLElement & {
  layout: object;
  _fullLayout?: { xaxis: PlotlyAxis; yaxis: PlotlyAxis };
  on(event: string, listener: (changes: object) => void): void;
};

export type Plotly = {
  react(root: HTMLElement, traces: object[], layout: object, config: object): Promise<unknown>;
  relayout(root: HTMLElement, changes: object): Promise<unknown>;
  purge(root: HTMLElement): void;
};

declare global {
  interface Window {
    Plotly?: Plotly;
  }
}

// The decoder's worker: gets a program, tells how quick it is, then decodes what it is asked for. Single images come
// before those of a grid, of which a few are decoded at a time.

import { Engine } from "./engine.js";
import { received } from "./fetching.js";
import { unpacked } from "./program.js";

/** @import { Asked, Told } from "./types.js" */

const TRIALS = 5; // images that are decoded to see how long one takes, after one to warm up
const SLICE_MS = 8; // of a grid, before single images have their turn
const HAND_MS = 50; // for so long after a single image the next one is expected: slices are then
const SHORT_SLICE_MS = 3; // shorter,
const REST_MS = 16; // and the page has time to paint between them

const scope = /** @type {{ postMessage(message: Told, transfer?: Transferable[]): void }} */ (
  /** @type {unknown} */ (self)
);

/** @type {Engine | null} */
let engine = null;
/** @type {Extract<Asked, { kind: "grid" }> | null} */
let grid = null;
let drawn = 0; // images of the grid
let askedAt = Number.NEGATIVE_INFINITY; // when a single image was asked for last
const turns = new MessageChannel(); // unlike timers, which wait 4 ms
turns.port1.onmessage = () => drawSome();

/** @param {Asked} asked */
async function answer(asked) {
  if (asked.kind === "load") return load(asked);
  if (!engine) return;
  if (asked.kind === "grid") {
    const idle = !grid;
    [grid, drawn] = [asked, 0];
    if (idle) turns.port2.postMessage(null);
    return;
  }
  askedAt = performance.now();
  const pixels = engine.decode(asked.z);
  scope.postMessage({ kind: "pixels", seq: asked.seq, pixels }, [pixels.buffer]);
}

function drawSome() {
  if (!grid || !engine) return;
  const { id, codes } = grid;
  const first = drawn;
  const parts = [];
  const count = codes.length / engine.code;
  const start = performance.now();
  const moving = start - askedAt < HAND_MS;
  while (drawn < count && performance.now() - start < (moving ? SHORT_SLICE_MS : SLICE_MS)) {
    const next = Math.min(count, drawn + engine.batch);
    parts.push(engine.decode(codes.subarray(drawn * engine.code, next * engine.code)));
    drawn = next;
  }
  if (drawn === count) grid = null;
  else if (moving) setTimeout(drawSome, REST_MS);
  else turns.port2.postMessage(null);
  scope.postMessage({ kind: "tiles", id, first, parts, done: drawn === count });
}

/** @param {Extract<Asked, { kind: "load" }>} asked */
async function load({ source }) {
  try {
    const bytes =
      typeof source === "string"
        ? await received(source, (loaded, total) => scope.postMessage({ kind: "progress", loaded, total }))
        : source;
    engine = new Engine(unpacked(bytes));
    scope.postMessage({ kind: "ready", ms: timed(engine), engine: engine.memory.kernels?.name ?? "plain" });
  } catch (error) {
    scope.postMessage({ kind: "failed", reason: error instanceof Error ? error.message : String(error) });
  }
}

/**
 * The median time of an image, in milliseconds.
 *
 * @param {Engine} engine
 */
function timed(engine) {
  const z = new Float32Array(engine.code);
  engine.decode(z);
  const times = Array.from({ length: TRIALS }, () => {
    const start = performance.now();
    engine.decode(z);
    return performance.now() - start;
  });
  return times.sort((a, b) => a - b)[TRIALS >> 1];
}

self.onmessage = ({ data }) => answer(data);

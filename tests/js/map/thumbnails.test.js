import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { Thumbnails } from "../../../explorer/ui/components/map/thumbnails.js";
import { settled, stubGlobal } from "../helpers.js";

const INFO = { url: "/map-data/h", columns: 16, width: 28, height: 20, source: /** @type {const} */ ("original") };

/**
 * @param {import("node:test").TestContext} t
 * @param {number} count of sheets
 */
function setUp(t, count, status = 200) {
  const fetched = mock.fn(async () => new Response("png", { status }));
  stubGlobal(t, "fetch", fetched);
  const closed = mock.fn();
  stubGlobal(t, "createImageBitmap", async () => ({ close: closed }));
  const [onArrival, onGone, drawImage] = [mock.fn(), mock.fn(), mock.fn()];
  const sheets = new Thumbnails({ ...INFO, count }, { onArrival, onGone });
  const context = /** @type {CanvasRenderingContext2D} */ (/** @type {unknown} */ ({ drawImage }));
  /** @param {number} index */
  const draw = (index) => sheets.draw(context, index, { x: 1, y: 2, width: 3, height: 4 });
  return { sheets, fetched, closed, onArrival, onGone, drawImage, draw };
}

/** Until all sheets of a few are fetched and decoded. */
async function idle() {
  for (let turn = 0; turn < 50; turn++) await settled();
}

test("sheets are fetched and decoded before they are needed, each once", async (t) => {
  const { fetched, onArrival, draw } = setUp(t, 3);
  await idle();
  assert.equal(fetched.mock.callCount(), 3);
  assert.equal(onArrival.mock.callCount(), 3);
  assert.ok(draw(0));
  assert.equal(fetched.mock.callCount(), 3);
});

test("an image is drawn from its place on its sheet", async (t) => {
  const { drawImage, draw } = setUp(t, 2);
  await idle();
  assert.ok(draw(256 + 16 * 2 + 5));
  assert.deepEqual(drawImage.mock.calls[0].arguments.slice(1), [5 * 28, 2 * 20, 28, 20, 1, 2, 3, 4]);
});

test("of very many sheets only those that are drawn are fetched", async (t) => {
  const { fetched, onArrival, draw } = setUp(t, 513);
  await idle();
  assert.equal(fetched.mock.callCount(), 0);
  assert.equal(draw(512 * 256), false);
  await idle();
  assert.equal(onArrival.mock.callCount(), 1);
  assert.ok(draw(512 * 256));
});

test("of the decoded sheets those that were used least recently go", async (t) => {
  const { sheets, closed } = setUp(t, 513);
  for (let number = 0; number < 96; number++) await sheets.decode(number);
  await sheets.decode(0);
  await sheets.decode(96);
  assert.equal(closed.mock.callCount(), 1);
  assert.ok(sheets.bitmaps.has(0));
  assert.ok(!sheets.bitmaps.has(1));
});

test("a handle that is gone is told", async (t) => {
  const { onGone, onArrival, draw } = setUp(t, 513, 404);
  assert.equal(draw(0), false);
  await idle();
  assert.equal(onGone.mock.callCount(), 1);
  assert.equal(onArrival.mock.callCount(), 0);
});

test("what is closed lets go of its bitmaps and fetches no more", async (t) => {
  const { sheets, fetched, closed } = setUp(t, 100);
  await sheets.decode(0);
  sheets.close();
  await idle();
  assert.equal(closed.mock.callCount(), 1);
  assert.equal(sheets.bitmaps.size, 0);
  assert.ok(fetched.mock.callCount() < 100);
});

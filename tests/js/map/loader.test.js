import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { MapLoader } from "../../../explorer/ui/components/map/loader.js";
import mountRerun from "../../../explorer/ui/components/shared/rerun.js";
import { settled, stubGlobal } from "../helpers.js";

/** @import { MapData } from "../../../explorer/ui/components/map/types.js" */

/**
 * @param {string} name
 * @returns {MapData}
 */
const dataOf = (name) =>
  /** @type {MapData} */ (
    /** @type {unknown} */ ({
      plotly: "/plotly.js",
      facts: `/facts/${name}`,
      points: { url: `/points/${name}` },
      colour: { url: `/codes/${name}` },
      sheets: { url: `/sheets/${name}` },
    })
  );

/** @param {import("node:test").TestContext} t */
function setUp(t) {
  const server = { status: 200 };
  stubGlobal(t, "fetch", async () => new Response(new Uint8Array(8), { status: server.status }));
  const plotly = { react: () => {} };
  stubGlobal(t, "window", { Plotly: plotly });
  stubGlobal(t, "document", {
    createElement: () => ({}),
    head: { append: (/** @type {{ onload: () => void }} */ script) => script.onload() },
  });
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const [onStart, onNotice, setTriggerValue] = [mock.fn(), mock.fn(), mock.fn()];
  const onLoad = mock.fn(async (/** @type {MapData} */ _data) => {});
  mountRerun(/** @type {Parameters<typeof mountRerun>[0]} */ (/** @type {unknown} */ ({ setTriggerValue })));
  const loader = new MapLoader({ onStart, onLoad, onNotice });
  const loaded = () => onLoad.mock.calls.map(({ arguments: [data] }) => data.facts);
  return { server, loader, onLoad, onNotice, setTriggerValue, loaded };
}

/** Until what is under way has come to rest. */
async function idle() {
  for (let turn = 0; turn < 20; turn++) await settled();
}

test("parts come as the arrays that they are", async (t) => {
  const { loader, onLoad, onNotice } = setUp(t);
  loader.load(dataOf("a"));
  await idle();
  const [data, loaded] = /** @type {unknown[]} */ (onLoad.mock.calls[0].arguments);
  assert.deepEqual(data, dataOf("a"));
  const { points, codes, facts } = /** @type {import("../../../explorer/ui/components/map/loader.js").Loaded} */ (
    loaded
  );
  assert.deepEqual([points.length, codes.length, facts.byteLength], [2, 4, 8]);
  assert.deepEqual(onNotice.mock.calls[0].arguments, [""]);
});

test("of several data that come at once only the newest is loaded", async (t) => {
  const { loader, loaded } = setUp(t);
  for (const name of ["a", "b", "c"]) loader.load(dataOf(name));
  await idle();
  assert.deepEqual(loaded(), ["/facts/c"]);
});

test("a failure is said and tried again, ever later", async (t) => {
  const { server, loader, loaded, onNotice, setTriggerValue } = setUp(t);
  server.status = 500;
  loader.load(dataOf("a"));
  await idle();
  assert.deepEqual(onNotice.mock.calls.at(-1)?.arguments, ["The map could not be loaded. Trying again…"]);
  for (const waitMs of [500, 1000, 2000]) {
    const failures = onNotice.mock.callCount();
    t.mock.timers.tick(waitMs - 1);
    await idle();
    assert.equal(onNotice.mock.callCount(), failures);
    t.mock.timers.tick(1);
    await idle();
    assert.equal(onNotice.mock.callCount(), failures + 1);
  }
  server.status = 200;
  t.mock.timers.tick(4000);
  await idle();
  assert.deepEqual(loaded(), ["/facts/a"]);
  assert.deepEqual(onNotice.mock.calls.at(-1)?.arguments, [""]);
  assert.equal(setTriggerValue.mock.callCount(), 0);
});

test("handles that are gone need a run of the script", async (t) => {
  const { server, loader, setTriggerValue } = setUp(t);
  server.status = 404;
  loader.load(dataOf("a"));
  await idle();
  t.mock.timers.tick(500);
  assert.equal(setTriggerValue.mock.callCount(), 1);
});

test("new handles are asked for until the thumbnails have another address", async (t) => {
  const { loader, setTriggerValue } = setUp(t);
  loader.load(dataOf("a"));
  await idle();
  loader.renewHandles("/sheets/a");
  t.mock.timers.tick(500);
  t.mock.timers.tick(1000);
  assert.equal(setTriggerValue.mock.callCount(), 2);
  loader.load(dataOf("b"));
  t.mock.timers.tick(100_000);
  assert.equal(setTriggerValue.mock.callCount(), 2);
});

test("a closed loader shows nothing and tries nothing", async (t) => {
  const { server, loader, loaded, onNotice } = setUp(t);
  loader.load(dataOf("a"));
  loader.close();
  await idle();
  assert.deepEqual(loaded(), []);
  server.status = 500;
  loader.load(dataOf("b"));
  await idle();
  assert.equal(onNotice.mock.callCount(), 0);
});

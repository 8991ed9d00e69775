import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { Connection } from "../../../explorer/ui/components/live/connection.js";
import { RequestQueue } from "../../../explorer/ui/components/live/request_queue.js";
import mountRerun from "../../../explorer/ui/components/shared/rerun.js";
import { stubGlobal } from "../helpers.js";
import { FakeSocket } from "./fake_socket.js";
import { FakeWorker } from "./fake_worker.js";

/** @import { Header } from "../../../explorer/ui/components/live/types.js" */

/** @type {Pick<Header, "force" | "socket" | "handle" | "decoder">} */
const HEADER = { force: null, socket: "/base/live-decoder", handle: "a b", decoder: null };

/** @param {import("node:test").TestContext} t */
function setUp(t) {
  const sockets = FakeSocket.install(t);
  stubGlobal(t, "location", new URL("https://host:8501/base/?model=x"));
  t.mock.timers.enable({ apis: ["setTimeout"] });
  t.mock.method(Math, "random", () => 0.5); // the middle of each wait
  /** @type {string[]} */
  const told = [];
  const onPixels = mock.fn();
  const queue = new RequestQueue(onPixels);
  const onAsk = mock.fn();
  const onReady = (/** @type {string} */ name) => void told.push(`ready: ${name}`);
  const onNotice = (/** @type {string} */ notice) => void told.push(notice);
  const onPlace = (/** @type {string} */ reason) => void told.push(`place: ${reason}`);
  const engine = { onProgress: mock.fn(), onPlace };
  const connection = new Connection(queue, { onReady, onNotice, onAsk, engine });
  return { sockets, told, queue, onPixels, onAsk, engine, connection };
}

test("the socket is opened beside the page, by its handle", (t) => {
  const { sockets, told, connection } = setUp(t);
  connection.open(HEADER);
  assert.equal(String(sockets[0].url), "wss://host:8501/base/live-decoder?handle=a+b");
  assert.deepEqual(told, []);
  sockets[0].open();
  assert.deepEqual(told, ["ready: websocket", ""]);
});

test("where no socket can be opened the fragment takes over, unless sockets are asked for", (t) => {
  const { sockets, told, connection } = setUp(t);
  connection.open(HEADER);
  sockets[0].fail(1006);
  t.mock.timers.tick(300);
  sockets[1].fail(1006);
  assert.deepEqual(told, ["Reconnecting…", "ready: fragment", ""]);
  connection.open({ ...HEADER, force: "websocket" });
  sockets[2].fail(1006);
  t.mock.timers.tick(300);
  sockets[3].fail(1006);
  assert.equal(told.at(-1), "The live connection cannot be opened.");
});

test("without a handle, or where it is asked for, requests go through the fragment", (t) => {
  const { sockets, queue, onAsk, onPixels, connection } = setUp(t);
  connection.open({ ...HEADER, handle: null });
  queue.request(Float32Array.of(0.5), 1);
  const { seq, z } = onAsk.mock.calls[0].arguments[0];
  assert.deepEqual(z, [0.5]);
  connection.receiveFrame(seq - 1, Uint8Array.of(1));
  connection.receiveFrame(undefined, null);
  assert.equal(onPixels.mock.callCount(), 0);
  connection.receiveFrame(seq, Uint8Array.of(2));
  assert.deepEqual(onPixels.mock.calls[0].arguments, [Uint8Array.of(2), Float32Array.of(0.5), 1]);
  connection.open({ ...HEADER, force: "fragment" });
  assert.equal(sockets.length, 0);
});

test("for a new handle the script is asked to run, ever later, until one comes", (t) => {
  const { sockets, connection } = setUp(t);
  const setTriggerValue = mock.fn();
  mountRerun(/** @type {Parameters<typeof mountRerun>[0]} */ (/** @type {unknown} */ ({ setTriggerValue })));
  connection.open(HEADER);
  sockets[0].open();
  sockets[0].fail(4404);
  for (const [waitMs, asked] of [
    [499, 0],
    [1, 1],
    [1000, 2],
    [2000, 3],
    [4000, 4],
  ]) {
    t.mock.timers.tick(waitMs);
    assert.equal(setTriggerValue.mock.callCount(), asked);
  }
  connection.open({ ...HEADER, handle: "new" });
  t.mock.timers.tick(100_000);
  assert.equal(setTriggerValue.mock.callCount(), 4);
});

test("where each new handle is refused as well the script is asked ever later, until images come", (t) => {
  const { sockets, connection } = setUp(t);
  const setTriggerValue = mock.fn();
  mountRerun(/** @type {Parameters<typeof mountRerun>[0]} */ (/** @type {unknown} */ ({ setTriggerValue })));
  for (const waitMs of [500, 1000, 2000, 4000]) {
    const asked = setTriggerValue.mock.callCount();
    connection.open(HEADER);
    sockets[sockets.length - 1].open();
    sockets[sockets.length - 1].fail(4404);
    t.mock.timers.tick(waitMs - 1);
    assert.equal(setTriggerValue.mock.callCount(), asked);
    t.mock.timers.tick(1);
    assert.equal(setTriggerValue.mock.callCount(), asked + 1);
  }
  connection.open(HEADER);
  sockets[sockets.length - 1].open();
  sockets[sockets.length - 1].receive(Uint8Array.of(1, 0, 0, 0, 5));
  sockets[sockets.length - 1].fail(4404);
  t.mock.timers.tick(500);
  assert.equal(setTriggerValue.mock.callCount(), 5);
});

test("for new weights the script is asked to run, until it brings a new handle; the socket stays open", (t) => {
  const { sockets, told, connection } = setUp(t);
  const setTriggerValue = mock.fn();
  mountRerun(/** @type {Parameters<typeof mountRerun>[0]} */ (/** @type {unknown} */ ({ setTriggerValue })));
  connection.open(HEADER);
  sockets[0].open();
  sockets[0].receiveText('{"weights": "0123456789ab"}');
  t.mock.timers.tick(0);
  assert.equal(setTriggerValue.mock.callCount(), 1);
  assert.equal(sockets[0].readyState, FakeSocket.OPEN);
  assert.equal(told.at(-1), "The model has new weights.");
  t.mock.timers.tick(500);
  assert.equal(setTriggerValue.mock.callCount(), 2);
  connection.open({ ...HEADER, handle: "new" });
  sockets[1].open();
  t.mock.timers.tick(100_000);
  assert.equal(setTriggerValue.mock.callCount(), 2);
  assert.equal(told.at(-1), "");
});

test("a closed connection asks for nothing more", (t) => {
  const { sockets, connection } = setUp(t);
  const setTriggerValue = mock.fn();
  mountRerun(/** @type {Parameters<typeof mountRerun>[0]} */ (/** @type {unknown} */ ({ setTriggerValue })));
  connection.open(HEADER);
  sockets[0].open();
  sockets[0].fail(4404);
  connection.close();
  t.mock.timers.tick(100_000);
  assert.equal(setTriggerValue.mock.callCount(), 0);
});

const DECODER = "/base/decoders/1";

test("the browser takes over once it is ready and quick, and no socket is opened for a new handle", (t) => {
  const { sockets, told, queue, onPixels, engine, connection } = setUp(t);
  const workers = FakeWorker.install(t);
  connection.open({ ...HEADER, decoder: DECODER });
  sockets[0].open();
  assert.equal(workers[0].asked[0].source, "https://host:8501/base/decoders/1");
  workers[0].tell({ kind: "progress", loaded: 1, total: 2 });
  assert.deepEqual(engine.onProgress.mock.calls[0].arguments, [1, 2]);
  workers[0].tell({ kind: "ready", ms: 3, engine: "wasm" });
  assert.deepEqual(told, ["ready: websocket", "", "place: ", "ready: browser", ""]);
  assert.equal(sockets[0].readyState, 3);
  queue.request(Float32Array.of(1), 2);
  const { seq, z } = workers[0].asked[1];
  workers[0].tell({ kind: "pixels", seq, pixels: Uint8ClampedArray.of(7) });
  assert.deepEqual(onPixels.mock.calls[0].arguments, [Uint8Array.of(7), z, 2]);
  connection.open({ ...HEADER, handle: "b", decoder: DECODER });
  assert.deepEqual([sockets.length, workers.length], [1, 1]);
  connection.open({ ...HEADER, decoder: "/base/decoders/2" }); // new weights
  assert.deepEqual([sockets.length, workers.length, workers[0].terminated], [2, 2, true]);
});

test("a browser that is slow, or cannot, leaves the socket as it is and says why; asked for, it decodes slowly", (t) => {
  const { sockets, told, queue, connection } = setUp(t);
  const workers = FakeWorker.install(t);
  connection.open({ ...HEADER, decoder: DECODER });
  sockets[0].open();
  workers[0].tell({ kind: "ready", ms: 21, engine: "plain" });
  assert.equal(told.at(-1), "place: This browser takes 21 ms for an image.");
  assert.ok(workers[0].terminated);
  assert.equal(queue.transport?.name, "websocket");
  connection.open({ ...HEADER, decoder: "/base/decoders/2" });
  workers[1].tell({ kind: "failed", reason: "Too large." });
  assert.equal(told.at(-1), "place: Too large.");
  connection.open({ ...HEADER, force: "browser", decoder: "/base/decoders/3" });
  workers[2].tell({ kind: "ready", ms: 2000, engine: "plain" });
  assert.equal(queue.transport?.name, "browser");
  workers[2].onerror?.(new Event("error"));
  assert.equal(queue.transport?.name, "websocket");
});

test("where sockets are asked for, no decoder is fetched", (t) => {
  const { connection } = setUp(t);
  const workers = FakeWorker.install(t);
  connection.open({ ...HEADER, force: "websocket", decoder: DECODER });
  assert.equal(workers.length, 0);
});

test("the same header opens nothing anew", (t) => {
  const { sockets, connection } = setUp(t);
  connection.follow(HEADER);
  connection.follow({ ...HEADER });
  assert.equal(sockets.length, 1);
  connection.follow({ ...HEADER, handle: "c" });
  assert.equal(sockets.length, 2);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { RequestQueue } from "../../../explorer/ui/components/live/request_queue.js";

/** @import { Transport } from "../../../explorer/ui/components/live/types.js" */

/** @implements {Transport} */
class FakeTransport {
  name = "fake";
  ready = true;
  closed = false;
  /** @type {{ seq: number, z: number[] }[]} */
  sent = [];

  /** @type {Transport["send"]} */
  send(seq, z) {
    this.sent.push({ seq, z: Array.from(z) });
  }

  close() {
    this.closed = true;
  }

  get last() {
    const last = this.sent.at(-1);
    assert.ok(last);
    return last;
  }
}

const PIXELS = Uint8Array.of(1, 2, 3);

function setUp() {
  /** @type {{ z: number[], since: number | null }[]} */
  const shown = [];
  const queue = new RequestQueue((_, z, since) => shown.push({ z: Array.from(z), since }));
  const transport = new FakeTransport();
  /** @param {number} value */
  const ask = (value) => queue.request(Float32Array.of(value), value);
  return { queue, transport, shown, ask };
}

test("one request is in flight; of those that wait only the newest is sent", () => {
  const { queue, transport, shown, ask } = setUp();
  queue.use(transport);
  for (const value of [1, 2, 3]) ask(value);
  assert.deepEqual(
    transport.sent.map(({ z }) => z),
    [[1]],
  );
  queue.receive(transport.last.seq, PIXELS);
  assert.deepEqual(
    transport.sent.map(({ z }) => z),
    [[1], [3]],
  );
  queue.receive(transport.last.seq, PIXELS);
  assert.deepEqual(shown, [
    { z: [1], since: 1 },
    { z: [3], since: 3 },
  ]);
});

test("what was not asked for is not shown", () => {
  const { queue, transport, shown, ask } = setUp();
  queue.use(transport);
  queue.receive(transport.sent.length, PIXELS);
  ask(1);
  queue.receive(transport.last.seq + 1, PIXELS);
  assert.deepEqual(shown, []);
  queue.receive(transport.last.seq, PIXELS);
  queue.receive(transport.last.seq, PIXELS);
  assert.equal(shown.length, 1);
});

test("a request waits until the transport is ready", () => {
  const { queue, transport, ask } = setUp();
  transport.ready = false;
  ask(1);
  queue.use(transport);
  ask(2);
  assert.deepEqual(transport.sent, []);
  transport.ready = true;
  queue.restart();
  assert.deepEqual(transport.last.z, [2]);
});

test("after a lost connection the request in flight is sent again, under another number", () => {
  const { queue, transport, shown, ask } = setUp();
  queue.use(transport);
  ask(1);
  const lost = transport.last.seq;
  queue.restart();
  assert.deepEqual(transport.last.z, [1]);
  assert.notEqual(transport.last.seq, lost);
  queue.receive(lost, PIXELS);
  assert.deepEqual(shown, []);
});

test("after a lost connection something newer goes first", () => {
  const { queue, transport, ask } = setUp();
  queue.use(transport);
  ask(1);
  ask(2);
  queue.restart();
  assert.deepEqual(transport.last.z, [2]);
});

test("another transport takes over and the former is closed", () => {
  const { queue, transport, ask } = setUp();
  queue.use(transport);
  ask(1);
  const other = new FakeTransport();
  queue.use(other);
  assert.ok(transport.closed);
  assert.deepEqual(other.last.z, [1]);
});

test("z is copied when it is asked for", () => {
  const { queue, transport } = setUp();
  const z = Float32Array.of(1);
  queue.request(z, null);
  z[0] = 2;
  queue.use(transport);
  assert.deepEqual(transport.last.z, [1]);
});

import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { FragmentTransport, SocketTransport } from "../../../explorer/ui/components/live/transport.js";
import { FakeSocket } from "./fake_socket.js";

/** @param {import("node:test").TestContext} t */
function setUp(t) {
  const sockets = FakeSocket.install(t);
  t.mock.timers.enable({ apis: ["setTimeout"] });
  t.mock.method(Math, "random", () => 0.5); // the middle of each wait
  const events = {
    onImage: mock.fn(),
    onReady: mock.fn(),
    onLost: mock.fn(),
    onImpossible: mock.fn(),
    onExpired: mock.fn(),
    onOutdated: mock.fn(),
  };
  const transport = new SocketTransport(new URL("ws://localhost/live"), events);
  const told = () => Object.entries(events).flatMap(([name, { mock }]) => Array(mock.callCount()).fill(name));
  return { sockets, events, transport, told };
}

test("a request is a number and float32, little-endian; a reply a number and pixels", (t) => {
  const { sockets, events, transport } = setUp(t);
  const [socket] = sockets;
  assert.equal(transport.ready, false);
  socket.open();
  assert.ok(transport.ready);
  assert.equal(events.onReady.mock.callCount(), 1);
  transport.send(258, Float32Array.of(1, -2));
  assert.deepEqual([...new Uint8Array(socket.sent[0])], [2, 1, 0, 0, 0, 0, 128, 63, 0, 0, 0, 192]);
  socket.receive(Uint8Array.of(2, 1, 0, 0, 7, 8, 9));
  assert.deepEqual(events.onImage.mock.calls[0].arguments, [258, Uint8Array.of(7, 8, 9)]);
});

test("a lost connection is tried again, ever later, up to every two seconds", (t) => {
  const { sockets, events } = setUp(t);
  sockets[0].open();
  for (const waitMs of [300, 600, 1200, 2000, 2000, 2000]) {
    const count = sockets.length;
    sockets[count - 1].fail(1006);
    t.mock.timers.tick(waitMs - 1);
    assert.equal(sockets.length, count, `not before ${waitMs} ms`);
    t.mock.timers.tick(1);
    assert.equal(sockets.length, count + 1, `after ${waitMs} ms`);
  }
  assert.equal(events.onLost.mock.callCount(), 6);
  assert.equal(events.onImpossible.mock.callCount(), 0);
});

test("once images come again, or it stays open, the waits are short again", (t) => {
  const { sockets } = setUp(t);
  const IMAGE = Uint8Array.of(1, 0, 0, 0, 5);
  for (const steady of [(/** @type {FakeSocket} */ socket) => socket.receive(IMAGE), () => t.mock.timers.tick(5000)]) {
    sockets[sockets.length - 1].open();
    sockets[sockets.length - 1].fail(1006);
    t.mock.timers.tick(2000);
    const socket = sockets[sockets.length - 1];
    socket.open();
    steady(socket);
    socket.fail(1006);
    const count = sockets.length;
    t.mock.timers.tick(299);
    assert.equal(sockets.length, count);
    t.mock.timers.tick(1);
    assert.equal(sockets.length, count + 1);
  }
});

/** How many sockets a page opens in ten minutes while each is opened and closed at once with this code. */
function opened(/** @type {import("node:test").TestContext} */ t, /** @type {number} */ code) {
  const { sockets } = setUp(t);
  for (let s = 0; s < 600; s += 0.1) {
    const socket = sockets[sockets.length - 1];
    if (socket.readyState === FakeSocket.CONNECTING) {
      socket.open();
      socket.fail(code);
    }
    t.mock.timers.tick(100);
  }
  return sockets.length;
}

for (const [code, sockets] of [
  [4429, 14],
  [4503, 14],
  [4400, 1],
  [4404, 1],
  [4409, 1],
]) {
  test(`a server that opens and refuses with ${code} is asked ${sockets} times in ten minutes`, (t) => {
    assert.equal(opened(t, code), sockets);
  });
}

test("a refusal says why", (t) => {
  const { sockets, events } = setUp(t);
  sockets[0].open();
  sockets[0].fail(4429);
  assert.deepEqual(events.onLost.mock.calls[0].arguments, ["The server has too many live connections. Trying again…"]);
});

test("a socket that never opened is impossible at the second failure", (t) => {
  const { sockets, told } = setUp(t);
  sockets[0].fail(1006);
  assert.deepEqual(told(), ["onLost"]);
  t.mock.timers.tick(300);
  sockets[1].fail(1006);
  assert.deepEqual(told(), ["onLost", "onImpossible"]);
  t.mock.timers.tick(100_000);
  assert.equal(sockets.length, 2);
});

for (const code of [4404, 4409]) {
  test(`an unknown handle or a model of another size (${code}) is not tried again`, (t) => {
    const { sockets, told } = setUp(t);
    sockets[0].open();
    sockets[0].fail(code);
    assert.deepEqual(told(), ["onReady", "onLost", "onExpired"]);
    t.mock.timers.tick(100_000);
    assert.equal(sockets.length, 1);
  });
}

test("text tells of new weights, and images go on", (t) => {
  const { sockets, told } = setUp(t);
  sockets[0].open();
  sockets[0].receiveText('{"weights": "0123456789ab"}');
  sockets[0].receive(Uint8Array.of(1, 0, 0, 0, 5));
  assert.deepEqual(told().sort(), ["onImage", "onOutdated", "onReady"]);
});

test("a closed transport is silent", (t) => {
  const { sockets, transport, told } = setUp(t);
  sockets[0].open();
  sockets[0].fail(1006);
  transport.close();
  t.mock.timers.tick(100_000);
  assert.equal(sockets.length, 1);
  assert.deepEqual(told(), ["onReady", "onLost"]);
});

test("through the fragment each frame is taken once", () => {
  const ask = mock.fn();
  const onImage = mock.fn();
  const transport = new FragmentTransport(ask, onImage);
  transport.send(5, Float32Array.of(0.5));
  assert.deepEqual(ask.mock.calls[0].arguments, [{ seq: 5, z: [0.5] }]);
  const pixels = Uint8Array.of(1);
  transport.receive(5, pixels);
  transport.receive(5, pixels); // the same payload again, as after a change of theme
  assert.deepEqual(
    onImage.mock.calls.map(({ arguments: given }) => given),
    [[5, pixels]],
  );
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { Drawing } from "../../../explorer/ui/components/canvas/drawing.js";

const MASK = { full: 1, soft: false };
const INK = { full: 255, soft: true };

/** @param {Drawing} drawing */
function dab(drawing) {
  drawing.begin("brush", 1, [1.5, 1.5]);
  return drawing.end();
}

test("a stroke is painted, undone, and there is nothing more to undo", () => {
  const drawing = new Drawing(4, 3, MASK);
  drawing.begin("brush", 1, [0.5, 0.5]);
  assert.ok(drawing.active);
  drawing.extend([3.5, 0.5]);
  assert.ok(drawing.end());
  assert.ok(!drawing.active);
  assert.equal(drawing.painted, 4);
  assert.ok(drawing.undo());
  assert.equal(drawing.painted, 0);
  assert.equal(drawing.undo(), false);
});

test("what changes nothing is no step", () => {
  const drawing = new Drawing(4, 3, MASK);
  assert.ok(dab(drawing));
  assert.equal(dab(drawing), false);
  assert.equal(drawing.past.length, 1);
  assert.equal(new Drawing(4, 3, MASK).clear(), false);
});

test("a stroke that is cancelled leaves what was there", () => {
  const drawing = new Drawing(4, 3, MASK);
  dab(drawing);
  drawing.begin("box", 1, [0.5, 0.5]);
  drawing.extend([3.5, 2.5]);
  assert.equal(drawing.painted, 12);
  drawing.cancel();
  assert.equal(drawing.painted, 1);
  assert.equal(drawing.end(), false);
});

test("a box grows and shrinks with the pointer", () => {
  const drawing = new Drawing(4, 3, MASK);
  drawing.begin("box", 1, [1.5, 1.5]);
  assert.equal(drawing.painted, 1);
  drawing.extend([3.5, 2.5]);
  assert.equal(drawing.painted, 6);
  drawing.extend([2.5, 1.5]);
  assert.ok(drawing.end());
  assert.equal(drawing.painted, 2);
});

test("ink never fades where a stroke crosses it, and the eraser takes it away", () => {
  const drawing = new Drawing(9, 9, INK);
  drawing.begin("pen", 4, [4.5, 4.5]);
  drawing.end();
  const [middle, edge] = [drawing.cells[4 * 9 + 4], drawing.cells[4 * 9 + 2]];
  assert.deepEqual([middle, edge], [255, 128]);
  drawing.begin("pen", 1, [4.5, 4.5]);
  drawing.end();
  assert.equal(drawing.cells[4 * 9 + 4], 255);
  drawing.begin("eraser", 4, [4.5, 4.5]);
  drawing.end();
  assert.equal(drawing.cells[4 * 9 + 4], 0);
  assert.equal(drawing.cells[4 * 9 + 2], 128, "an edge that is half erased");
});

test("clearing is a step, replacing is none", () => {
  const drawing = new Drawing(4, 3, MASK);
  dab(drawing);
  assert.ok(drawing.clear());
  assert.equal(drawing.painted, 0);
  drawing.undo();
  assert.equal(drawing.painted, 1);
  drawing.begin("brush", 1, [0.5, 0.5]);
  drawing.replace(new Uint8Array(12).fill(1));
  assert.deepEqual([drawing.painted, drawing.active, drawing.undo()], [12, false, false]);
});

test("fifty steps are kept", () => {
  const drawing = new Drawing(60, 1, MASK);
  for (let i = 0; i < 60; i++) {
    drawing.begin("brush", 1, [i + 0.5, 0.5]);
    drawing.end();
  }
  while (drawing.undo());
  assert.equal(drawing.painted, 10);
});

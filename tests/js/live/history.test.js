import assert from "node:assert/strict";
import { test } from "node:test";
import { History } from "../../../explorer/ui/components/live/history.js";

test("steps are undone and redone in order", () => {
  const history = new History("a");
  assert.ok(history.commit("b"));
  assert.ok(history.commit("c"));
  assert.deepEqual([history.undo(), history.undo(), history.undo()], ["b", "a", null]);
  assert.deepEqual([history.redo(), history.redo(), history.redo()], ["b", "c", null]);
  assert.equal(history.present, "c");
});

test("standing still is no step", () => {
  const history = new History("a");
  assert.equal(history.commit("a"), false);
  assert.equal(history.undo(), null);
});

test("a new step forgets what could be redone", () => {
  const history = new History("a");
  history.commit("b");
  history.undo();
  history.commit("c");
  assert.equal(history.redo(), null);
  assert.equal(history.undo(), "a");
});

test("a hundred steps are kept", () => {
  const history = new History("0");
  for (let i = 1; i <= 150; i++) history.commit(String(i));
  let steps = 0;
  while (history.undo() !== null) steps += 1;
  assert.equal(steps, 100);
  assert.equal(history.present, "50");
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { Playhead } from "../../../explorer/ui/components/film/playhead.js";

test("a film plays to its end, back, and on again", () => {
  const playhead = new Playhead(4);
  const seen = Array.from({ length: 8 }, () => playhead.advance());
  assert.deepEqual(seen, [1, 2, 3, 2, 1, 0, 1, 2]);
});

test("it goes on from where it is put, in the direction it had", () => {
  const playhead = new Playhead(10);
  for (let i = 0; i < 11; i++) playhead.advance();
  assert.equal(playhead.index, 7);
  playhead.index = 3;
  assert.equal(playhead.advance(), 2);
});

test("a film of one frame stands still", () => {
  const playhead = new Playhead(1);
  assert.deepEqual([playhead.advance(), playhead.advance()], [0, 0]);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { placeWords } from "../../../explorer/ui/components/map/place_words.js";

const BOUNDS = { x0: -3, x1: 3, y0: 10, y1: 40 };

test("a point's place is named by thirds of the map", () => {
  assert.equal(placeWords(BOUNDS, -3, 40), "upper left");
  assert.equal(placeWords(BOUNDS, 0, 25), "middle");
  assert.equal(placeWords(BOUNDS, 3, 10), "lower right");
  assert.equal(placeWords(BOUNDS, 0.5, 12), "lower middle");
  assert.equal(placeWords(BOUNDS, -2, 21), "middle left");
});

test("points that all lie at one place are somewhere", () => {
  assert.equal(placeWords({ x0: 1, x1: 1, y0: 2, y1: 2 }, 1, 2), "lower left");
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { formatZ, parseZ, roundZ } from "../../../explorer/ui/components/live/z.js";

test("text and numbers say the same, to four decimals", () => {
  const z = roundZ(Float32Array.of(1.23456, -0.00004, 2));
  assert.equal(formatZ(z), "1.2346,0.0000,2.0000");
  assert.deepEqual(parseZ("1.2346,-0.5000"), [1.2346, -0.5]);
  assert.equal(formatZ(Float32Array.from(parseZ(formatZ(z)))), formatZ(z));
});

test("the text is that of toFixed", () => {
  for (let power = -4; power < 4; power++) {
    const z = Float32Array.from({ length: 500 }, () => (Math.random() - 0.5) * 10 ** power);
    assert.equal(formatZ(z), Array.from(z, (value) => value.toFixed(4)).join(","));
    assert.deepEqual(
      roundZ(z),
      z.map((value) => Number(value.toFixed(4))),
    );
  }
});

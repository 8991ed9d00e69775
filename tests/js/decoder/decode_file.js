// Decodes codes (float32 on the standard input) with a packed program, the first argument, by plain JavaScript where the
// second is "plain"; the pixels go to the standard output. For the tests in Python that compare them with torch's.

import { readFileSync, writeSync } from "node:fs";
import { Engine } from "../../../explorer/ui/components/decoder/engine.js";
import { unpacked } from "../../../explorer/ui/components/decoder/program.js";

const [program, way] = process.argv.slice(2);
const engine = new Engine(unpacked(new Uint8Array(readFileSync(program))), { wasm: way !== "plain" });
const input = readFileSync(0);
const pixels = engine.decode(new Float32Array(input.buffer.slice(input.byteOffset, input.byteOffset + input.length)));
for (let at = 0; at < pixels.length; ) at += writeSync(1, pixels, at);

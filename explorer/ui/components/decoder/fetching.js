// Bytes from the server, with their progress.

import { joinedBytes } from "../shared/joined.js";

/**
 * @param {string} url
 * @param {(loaded: number, total: number) => void} onProgress in bytes; total is 0 where it is not known
 */
export async function received(url, onProgress) {
  const reply = await fetch(url);
  if (!reply.ok) throw new Error((await reply.text()).slice(0, 300) || `The server answers ${reply.status}`);
  const total = Number(reply.headers.get("content-length") ?? 0);
  const parts = [];
  let loaded = 0;
  const reader = /** @type {ReadableStream<Uint8Array>} */ (reply.body).getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    parts.push(part.value);
    loaded += part.value.length;
    onProgress(loaded, total);
  }
  return joinedBytes(parts);
}

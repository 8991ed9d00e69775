// Which models a text finds, and where an arrow key leads among them.

/**
 * A model that can be chosen: its name, what it is in a line, and the address of its picture.
 *
 * @typedef {{ name: string, line: string, picture: string }} Offer
 */

/** How many rows PageUp and PageDown skip. */
const PAGE = 7;

/**
 * The models whose name or line hold every word of the text.
 *
 * @param {Offer[]} models
 * @param {string} text
 */
export function matching(models, text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return models.filter(({ name, line }) => {
    const said = `${name} ${line}`.toLowerCase();
    return words.every((word) => said.includes(word));
  });
}

/**
 * The row that a key leads to among `count` from row `from`, -1 for none; null for a key that does not move.
 *
 * @param {string} key
 * @param {number} from
 * @param {number} count
 */
export function moved(key, from, count) {
  const last = count - 1;
  /** @type {Record<string, number>} */
  const rows = {
    ArrowDown: from >= last ? 0 : from + 1,
    ArrowUp: from <= 0 ? last : from - 1,
    PageDown: Math.min(from + PAGE, last),
    PageUp: Math.max(from - PAGE, 0),
  };
  if (!(key in rows)) return null;
  return count === 0 ? -1 : rows[key];
}

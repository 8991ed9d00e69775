// Texts in the language of the page.

/** @type {Record<string, string>} by the English text; one that is missing stays English */
let words = {};

/** @param {Record<string, string>} all */
export function setWords(all) {
  words = all;
}

/**
 * A text in the language of the page.
 *
 * @param {string} text in English; what varies stands in braces
 * @param {Record<string, string | number>} [values] by their names in the braces
 */
export function gettext(text, values = {}) {
  return (words[text] ?? text).replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

/** Marks a text that is translated where it is shown. @param {string} text */
export const N_ = (text) => text;

// Streamlit's theme, as a component's element sees it.

/** @import { Theme } from "./types.js" */

/**
 * @param {HTMLElement} root
 * @returns {Theme}
 */
export function readTheme(root) {
  const style = getComputedStyle(root);
  /** @param {string} name */
  const colour = (name) => style.getPropertyValue(`--st-${name}`).trim();
  return {
    text: colour("text-color"),
    background: colour("background-color"),
    line: colour("border-color"),
    accent: colour("primary-color"),
    font: style.fontFamily,
  };
}

/**
 * @param {Theme} a
 * @param {Theme} b
 */
export const sameTheme = (a, b) => JSON.stringify(a) === JSON.stringify(b);

// Arithmetic that the language lacks.

/**
 * The number of an interval that is nearest to `value`.
 *
 * @param {number} value
 * @param {number} low
 * @param {number} high
 */
export const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

/** A count with a comma at each thousand. @param {number} count */
export const thousands = (count) => count.toLocaleString("en");

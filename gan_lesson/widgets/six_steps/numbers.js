/**
 * A small number in three digits, without an exponent where it can be read without.
 *
 * @param {number} value
 */
export function small(value) {
  if (value === 0) return "0";
  return Math.abs(value) >= 0.001 ? value.toPrecision(3) : value.toExponential(1);
}

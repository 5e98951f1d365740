// Numbers as a person reads them.

const LOWEST = -6;
const HIGHEST = -1;

/** Learning rates on a slider, as powers of ten. */
export const POWERS = { min: LOWEST, max: HIGHEST, step: 0.05 };

/**
 * A learning rate as a power of ten, for a slider.
 *
 * @param {number} rate
 */
export function toPower(rate) {
  return Math.min(HIGHEST, Math.max(LOWEST, Math.log10(rate)));
}

/**
 * 12.3 -> "12", 1.234 -> "1.2", 3661 -> "3,661".
 *
 * @param {number} value
 */
export function count(value) {
  return value >= 10 ? Math.round(value).toLocaleString("en") : value.toFixed(1);
}

/**
 * Seconds as a person says them.
 *
 * @param {number} seconds
 */
export function duration(seconds) {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

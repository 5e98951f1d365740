// Numbers, as they are computed with and as they are shown.

/** @param {number} logit */
export function sigmoid(logit) {
  return 1 / (1 + Math.exp(-logit));
}

/**
 * The smallest and largest finite number of several lists, and of `also`, with some air.
 *
 * @param {Iterable<ArrayLike<number>>} lists
 * @param {number[]} also
 * @returns {[number, number]}
 */
export function spread(lists, also) {
  let low = Infinity;
  let high = -Infinity;
  for (const list of [...lists, also]) {
    for (let at = 0; at < list.length; at += 1) {
      const value = list[at];
      if (!Number.isFinite(value)) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  if (low > high) return [0, 1];
  return low === high ? [low - 0.5, high + 0.5] : [low, high];
}

/**
 * A number in few characters, as an axis shows it.
 *
 * @param {number} value
 */
export function short(value) {
  if (Math.abs(value) >= 10000) return `${Math.round(value / 1000)}k`;
  if (Number.isInteger(value)) return String(value);
  if (Math.abs(value) < 0.001) return value.toExponential(0);
  return Math.abs(value) >= 100 ? value.toFixed(0) : Math.abs(value) >= 0.1 ? value.toFixed(2) : value.toPrecision(1);
}

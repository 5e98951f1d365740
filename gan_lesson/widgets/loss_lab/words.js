// What a loss does to a fake at some place, in words.

/**
 * @typedef {{ name: string, values: Float32Array, gradients: Float32Array, flat: [number, number][] }} Loss
 *   on a grid of logits; `flat` holds the first and the last place of each stretch without a gradient
 */

/** @param {Loss} loss */
export const nameOf = (loss) => loss.name.replaceAll("_", "-");

/**
 * A number with a true minus.
 *
 * @param {number} value
 * @param {number} digits
 */
export function signed(value, digits) {
  return value.toFixed(digits).replace("-", "\u2212");
}

/**
 * Where the logit t lies in the evenly spaced `logits`.
 *
 * @param {ArrayLike<number>} logits
 * @param {number} t
 */
export function indexOf(logits, t) {
  const step = (logits[logits.length - 1] - logits[0]) / (logits.length - 1);
  return Math.max(0, Math.min(logits.length - 1, Math.round((t - logits[0]) / step)));
}

/**
 * @param {Pick<Loss, "flat">} loss
 * @param {number} index
 */
export function isFlat(loss, index) {
  return loss.flat.some(([first, last]) => first <= index && index <= last);
}

/**
 * @param {Pick<Loss, "flat" | "gradients">} loss
 * @param {number} index
 * @param {number} t
 */
export function verdict(loss, index, t) {
  if (isFlat(loss, index))
    return t < 0 ? "flat here: it teaches next to nothing" : "flat here: the fake already fools D";
  const gradient = loss.gradients[index];
  const size = Math.abs(gradient).toFixed(2);
  return gradient < 0 ? `pushes the logit up, by ${size}` : `pulls the logit back, by ${size}`;
}

/**
 * Which losses are flat under the finger: read out when it changes.
 *
 * @param {Loss[]} all
 * @param {ArrayLike<number>} logits
 * @param {number} t
 */
export function flatSentence(all, logits, t) {
  const index = indexOf(logits, t);
  const flat = all.filter((loss) => isFlat(loss, index)).map(nameOf);
  if (!flat.length) return "None of the five is flat here.";
  const names = flat.join(" and ");
  const why = t < 0 ? "it teaches next to nothing, though the fake is bad" : "the fake already fools D";
  return `${names[0].toUpperCase()}${names.slice(1)} is flat here: ${why}.`;
}

/**
 * How sure D is of a score.
 *
 * @param {number} score
 */
export function sureness(score) {
  if (score < 0.02) return "D is sure that it is fake";
  if (score < 0.4) return "D takes it for fake";
  if (score <= 0.6) return "D can't tell";
  return score <= 0.98 ? "D takes it for real" : "D is sure that it is real";
}

/**
 * Where the fakes of a moment lie.
 *
 * @param {Float32Array} fakes
 */
export function whereabouts(fakes) {
  const mean = fakes.reduce((sum, fake) => sum + fake, 0) / fakes.length;
  const [lowest, highest] = [Math.min(...fakes), Math.max(...fakes)].map((fake) => signed(fake, 1));
  if (lowest === highest) return `all lie at ${lowest}`;
  return `lie between ${lowest} and ${highest}, ${signed(mean, 1)} on average`;
}

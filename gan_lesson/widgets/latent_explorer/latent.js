// The latent space: fresh vectors, moves and walks.

/** @typedef {Float32Array} Vector */

/**
 * Independent Gaussian numbers, the same for the same seed: mulberry32, then Box and Muller 1958.
 *
 * @param {number} seed
 * @returns {(count: number) => Vector}
 */
export function gaussians(seed) {
  let state = seed >>> 0;
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 4294967296;
  };
  const gaussian = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  return (count) => Float32Array.from({ length: count }, gaussian);
}

/** @param {Vector} z */
export function norm(z) {
  return Math.sqrt(dot(z, z));
}

/** @type {(one: Vector, other: Vector) => number} */
export function dot(one, other) {
  let sum = 0;
  for (let at = 0; at < one.length; at += 1) sum += one[at] * other[at];
  return sum;
}

/** @type {(one: Vector, share: number, other: Vector, otherShare: number) => Vector} */
function mix(one, share, other, otherShare) {
  return one.map((value, at) => value * share + other[at] * otherShare);
}

/**
 * z moved so that its coordinate along the unit `direction` is `value`; all that is at right angles stays.
 *
 * @type {(z: Vector, direction: Vector, value: number) => Vector}
 */
export function moveAlong(z, direction, value) {
  return mix(z, 1, direction, value - dot(z, direction));
}

/**
 * A neighbour of z with the same norm: a third of a fresh z added, then the length put back.
 *
 * @type {(z: Vector, fresh: Vector) => Vector}
 */
export function mutate(z, fresh) {
  const moved = mix(z, 1, fresh, 1 / 3);
  return norm(z) > 0 ? mix(moved, norm(z) / norm(moved), moved, 0) : moved;
}

/**
 * The walks of latent.py, at `share` (0 to 1) of the way.
 *
 * @type {Record<string, (start: Vector, end: Vector, share: number) => Vector>}
 */
export const WALKS = {
  lerp: (start, end, share) => mix(start, 1 - share, end, share),
  slerp(start, end, share) {
    const [from, to] = [norm(start), norm(end)];
    if (!(from * to > 0)) throw new Error("A vector of zeros has no direction to turn from: walk by lerp.");
    const angle = Math.acos(Math.min(1, Math.max(-1, dot(start, end) / (from * to))));
    if (angle > Math.PI - 1e-3) {
      throw new Error("A and B point in opposite directions, so no arc is the shortest: walk by lerp.");
    }
    if (angle < 1e-3) return WALKS.lerp(start, end, share);
    const length = ((1 - share) * from + share * to) / Math.sin(angle);
    const [first, second] = [Math.sin((1 - share) * angle) / from, Math.sin(share * angle) / to];
    return mix(start, length * first, end, length * second);
  },
};

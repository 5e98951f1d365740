// The moments of a training run: their names, where they lie on the curves, and what the curves say there.

/**
 * @typedef {{ samples: Uint8Array & { shape: number[] }, logits: Float32Array, steps: Int32Array, labels: string[],
 *   curves: Record<string, Float32Array> & { moments: Int32Array }, equilibrium: [number, number] | null,
 *   stepsPerEpoch: number | null }} Content
 */

/** @param {Content} content */
export function momentsOf({ steps, labels, curves, stepsPerEpoch }) {
  /** @param {number} moment */
  const nameOf = (moment) =>
    stepsPerEpoch ? `${labels[moment]} · step ${steps[moment].toLocaleString("en")}` : labels[moment];
  return {
    nameOf,
    /** @param {number} moment */
    along: (moment) => steps[moment] / (stepsPerEpoch ?? 1),
    /**
     * What the curves say at a moment; nothing where no steps led to it.
     *
     * @param {number} moment
     */
    inWords(moment) {
      const at = curves.moments.indexOf(moment);
      if (at < 0) return "before the first step";
      /** @param {string} name */
      const number = (name) => curves[name][at].toFixed(2);
      return (
        `mean scores: D(x) ${number("real_score")}, D(G(z)) ${number("fake_score")}; ` +
        `losses: discriminator ${number("discriminator_loss")}, generator ${number("generator_loss")}`
      );
    },
  };
}

// The curves of the training so far.

import { lineChart } from "../shared/chart.js";
import { short, spread } from "../shared/numbers.js";

const SIZE = { xlabel: "step", width: 270, height: 180 };

/** @typedef {Record<string, Float32Array>} Curves */

/** @type {(values: ArrayLike<number>) => string} */
const lastOf = (values) => (values.length ? short(values[values.length - 1]) : "none yet");

/** @type {(series: import("../shared/chart.js").Curve[]) => string} */
const told = (series) => `Last: ${series.map(({ name, y }) => `${name} ${lastOf(y)}`).join(", ")}`;

export function trainingCharts() {
  const losses = lineChart({ title: "losses (dotted: equilibrium)", ...SIZE });
  const scores = lineChart({ title: "mean scores (dotted: can't tell)", ...SIZE });
  const norms = lineChart({ title: "lengths of the gradients", ...SIZE });
  return {
    losses: losses.root,
    scores: scores.root,
    norms: norms.root,
    /** @type {(curves: Curves, equilibrium: [number, number], marker: number | null) => void} */
    draw(curves, equilibrium, marker) {
      const x = curves.number;
      /** @type {(d: string, g: string) => import("../shared/chart.js").Curve[]} */
      const both = (d, g) => [
        { name: "discriminator", tint: "discriminator", x, y: curves[d] },
        { name: "generator", tint: "generator", x, y: curves[g] },
      ];
      const ofLosses = both("discriminator_loss", "generator_loss");
      const guides = ["discriminator", "generator"].map((tint, at) => ({ value: equilibrium[at], tint }));
      losses.draw({ series: ofLosses, guides, marker, say: told(ofLosses) });
      const ofScores = [
        { name: "D(x), reals", tint: "real", x, y: curves.real_score },
        { name: "D(G(z)), fakes", tint: "fake", x, y: curves.fake_score },
      ];
      scores.draw({ series: ofScores, guides: [{ value: 0.5 }], ylim: [0, 1], marker, say: told(ofScores) });
      const ofNorms = both("norm_d", "norm_g");
      const highest = spread(
        ofNorms.map(({ y }) => y),
        [0],
      )[1];
      norms.draw({ series: ofNorms, marker, ylim: [0, Math.max(1e-6, highest)], say: told(ofNorms) });
    },
  };
}

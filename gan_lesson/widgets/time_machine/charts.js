// Scores and losses of the whole run, with a mark at the moment that is shown.

import { lineChart } from "../shared/chart.js";
import { element } from "../shared/elements.js";

const PLAYERS = ["discriminator", "generator"];

/**
 * @param {import("./moments.js").Content} content
 * @param {(moment: number) => number} along
 */
export function runCharts({ steps, curves, equilibrium, stepsPerEpoch }, along) {
  const xlabel = stepsPerEpoch ? "epoch" : "step";
  const scores = lineChart({ title: "mean scores (dotted: can't tell)", xlabel });
  const losses = lineChart({ title: equilibrium ? "losses (dotted: equilibrium)" : "losses", xlabel });
  const x = Array.from(curves.moments, along);
  const first = along(0);
  /** @type {[number, number]} */
  const xlim = [first, Math.max(along(steps.length - 1), first + 1)];
  const guides = (equilibrium ?? []).map((value, index) => ({ value, tint: PLAYERS[index] }));
  const scoreSeries = [
    { name: "D(x), reals", tint: "real", x, y: curves.real_score },
    { name: "D(G(z)), fakes", tint: "fake", x, y: curves.fake_score },
  ];
  const lossSeries = PLAYERS.map((name) => ({ name, tint: name, x, y: curves[`${name}_loss`] }));
  return {
    root: element("div", { class: "gl-time-charts" }, scores.root, losses.root),
    /** @type {(moments: number[], say: string) => void} */
    draw(moments, say) {
      const marker = moments.map(along);
      scores.draw({ series: scoreSeries, guides: [{ value: 0.5 }], ylim: [0, 1], xlim, marker, say });
      losses.draw({ series: lossSeries, guides, xlim, marker, say });
    },
  };
}

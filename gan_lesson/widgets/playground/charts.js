// The four curves beside the picture.

import { lineChart } from "../shared/chart.js";
import { element } from "../shared/elements.js";

const SIZE = { width: 270, height: 138 };

/** @type {(curve: ArrayLike<number>) => string} */
const end = (curve) => (curve.length ? curve[curve.length - 1].toFixed(2) : "none yet");

export function gameCharts() {
  const losses = lineChart({ title: "Losses (dotted: D can\u2019t tell)", ...SIZE });
  const scores = lineChart({ title: "Mean scores (dotted: 0.5)", ...SIZE });
  const kl = lineChart({ title: "KL divergence, reals from fakes", ...SIZE });
  const js = lineChart({ title: "JS divergence, at most 0.69", ...SIZE });
  return {
    root: element("div", { class: "gl-charts" }, losses.root, scores.root, kl.root, js.root),
    /**
     * @param {any} charts as the kernel answers
     * @param {number} steps so far
     */
    draw(charts, steps) {
      const [equilibriumD, equilibriumG] = charts.equilibrium;
      const x = charts.steps;
      /** @type {[number, number]} */
      const xlim = [0, Math.max(steps, 10)];
      losses.draw({
        series: [
          { name: "discriminator", tint: "discriminator", x, y: charts.loss_d },
          { name: "generator", tint: "generator", x, y: charts.loss_g },
        ],
        guides: [
          { value: equilibriumD, tint: "discriminator" },
          { value: equilibriumG, tint: "generator" },
        ],
        xlim,
        say: `Discriminator ${end(charts.loss_d)}, generator ${end(charts.loss_g)}`,
      });
      scores.draw({
        series: [
          { name: "D(x), reals", tint: "real", x, y: charts.real_score },
          { name: "D(G(z)), fakes", tint: "fake", x, y: charts.fake_score },
        ],
        guides: [{ value: 0.5 }],
        xlim,
        ylim: [0, 1],
        say: `Reals ${end(charts.real_score)}, fakes ${end(charts.fake_score)}`,
      });
      for (const [chart, curve, floor] of [
        [kl, charts.kl, charts.floor[0]],
        [js, charts.js, charts.floor[1]],
      ]) {
        chart.draw({
          series: [{ name: "fakes (dotted: fresh reals)", tint: "fake", x: charts.measured, y: curve }],
          guides: [{ value: floor, tint: "real" }, { value: 0 }],
          xlim,
          say: `Fakes ${end(curve)}; fresh reals ${floor.toFixed(2)}`,
        });
      }
    },
  };
}

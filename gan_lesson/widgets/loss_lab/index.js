// LossLab: one small pair of pictures a loss, the loss on the left or above, its gradient beside or below.

import { slider } from "../shared/controls.js";
import { element } from "../shared/elements.js";
import { withContent } from "../shared/kernel.js";
import { sigmoid } from "../shared/numbers.js";
import { lossFigure, pullTable } from "./figures.js";
import { flatSentence, signed, sureness, whereabouts } from "./words.js";

const SETTLED = 300; // milliseconds without a move, until screen readers are told

/** @typedef {{ labels: string[], logits: import("../shared/kernel.js").Shaped & Float32Array, pull: Float32Array, flat: Int32Array }} Moments */

/** @typedef {{ curves: { logits: Float32Array, losses: import("./words.js").Loss[] }, moments: Moments }} Content */

/**
 * @param {{ model: import("../shared/kernel.js").Model, el: HTMLElement, kernel: import("../shared/kernel.js").Kernel,
 *   content: Content }} place
 */
function render({ model, el, kernel, content }) {
  const { moments } = content;
  const { logits, losses } = content.curves;
  const [frames, count] = moments.logits.shape;
  /** @type {(name: string, value: number) => void} */
  const set = (name, value) => {
    model.set(name, value);
    model.save_changes();
    kernel.changed();
  };
  /** @param {number} t */
  const drag = (t) => set("logit", Math.max(-10, Math.min(10, Math.round(t * 10) / 10)));

  const byKey = slider({
    label: "logit t of the fake",
    min: -10,
    max: 10,
    step: 0.1,
    value: model.get("logit"),
    input: drag,
    say: (t) => signed(t, 1),
  });
  const byMoment = slider({
    label: "moment of the run",
    min: 0,
    max: frames - 1,
    step: 1,
    value: model.get("moment"),
    input: (moment) => set("moment", moment),
    say: (moment) => moments.labels[moment],
  });
  const score = element("p", { class: "gl-lab-score" });
  const flat = element("p", { role: "status", class: "gl-lab-status" });
  const figures = losses.map((loss) => lossFigure(loss, logits, drag));
  const panels = figures.flatMap((figure) => figure.panels);
  const about = element("p");
  const table = pullTable(losses, Math.max(...moments.pull));
  const root = element(
    "div",
    { class: "gl gl-loss-lab", role: "group", "aria-label": "LossLab: the generator's five losses" },
    element("p", {
      class: "gl-note",
      text: "Drag the point on any curve, or use the slider. The arrow shows where the generator's update pushes the logit.",
    }),
    byKey.root,
    score,
    flat,
    element("div", { class: "gl-lab-grid" }, ...figures.map((figure) => figure.root)),
    element(
      "fieldset",
      {},
      element("legend", { text: `The ${count} fakes of a real training run (small ticks on the curves)` }),
      byMoment.root,
      about,
      table.root,
    ),
  );

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let settled;
  const draw = () => {
    const t = model.get("logit");
    const moment = model.get("moment");
    const fakes = moments.logits.subarray(moment * count, (moment + 1) * count);
    for (const figure of figures) figure.draw(t, fakes);
    byKey.value = t;
    byMoment.value = moment;
    const likely = sigmoid(t);
    score.textContent = `D's score of this fake, sigmoid(t), is ${likely.toFixed(3)}: ${sureness(likely)}.`;
    const sentence = flatSentence(losses, logits, t);
    if (flat.textContent !== sentence) flat.textContent = sentence;
    about.textContent = `${moments.labels[moment]}: the logits of the fakes ${whereabouts(fakes)}.`;
    /** @param {ArrayLike<number>} values */
    const column = (values) => losses.map((_, index) => values[index * frames + moment]);
    table.draw(column(moments.pull), column(moments.flat), count);
    clearTimeout(settled);
    settled = setTimeout(() => {
      for (const panel of panels) panel.say(t);
    }, SETTLED);
  };

  el.append(root);
  const watch = new ResizeObserver(() => {
    const { pair } = figures[0];
    const beside = getComputedStyle(pair).flexDirection === "row";
    const width = Math.floor(beside ? (pair.clientWidth - 8) / 2 : pair.clientWidth);
    if (width < 40) return;
    for (const panel of panels) panel.refit(width);
    draw();
  });
  watch.observe(root);
  model.on("change:logit", draw);
  model.on("change:moment", draw);
  draw();
  return () => {
    watch.disconnect();
    clearTimeout(settled);
    model.off("change:logit", draw);
    model.off("change:moment", draw);
  };
}

export default { render: withContent(render) };

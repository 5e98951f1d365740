// TimeMachine: the moments of a training run on a slider.

import { element } from "../shared/elements.js";
import { withContent } from "../shared/kernel.js";
import { sizeOf } from "../shared/pictures.js";
import { runCharts } from "./charts.js";
import { player, timeControls } from "./controls.js";
import { momentsOf } from "./moments.js";
import { sheet } from "./sheet.js";

const TRAITS = ["moment", "other", "comparing", "scoring"];

/**
 * @param {{ model: import("../shared/kernel.js").Model, el: HTMLElement, kernel: import("../shared/kernel.js").Kernel,
 *   content: import("./moments.js").Content }} place
 */
function render({ model, el, kernel, content }) {
  const { samples, logits, labels } = content;
  const [frames, count, ...shape] = samples.shape;
  const { nameOf, along, inWords } = momentsOf(content);
  /** @type {(name: string, value: unknown) => void} */
  const set = (name, value) => {
    model.set(name, value);
    model.save_changes();
    kernel.changed();
  };

  const [left, right] = [sheet(count, shape), sheet(count, shape)];
  const charts = runCharts(content, along);
  const status = element("p", { role: "status", class: "gl-note" });
  const key = element("p", {
    class: "gl-note",
    text: "Solid frame: D says fake (below 0.50). Dashed frame: D says real.",
  });
  const { now, other: compared, comparing, scoring } = timeControls(model, labels, set, () => playing.pause());
  const playing = player(model, frames - 1, {
    started: () => {
      status.textContent = "";
    },
    stopped: draw,
  });

  /**
   * @param {ReturnType<typeof sheet>} side
   * @param {number} moment
   */
  function drawSide(side, moment) {
    const size = count * sizeOf(shape);
    side.draw({
      name: nameOf(moment),
      samples: samples.subarray(moment * size, (moment + 1) * size),
      logits: logits.subarray(moment * count, (moment + 1) * count),
      scoring: model.get("scoring"),
    });
  }

  function draw() {
    const [moment, other, both, scores] = TRAITS.map((name) => model.get(name));
    now.value = moment;
    compared.value = other;
    comparing.input.checked = both;
    scoring.input.checked = scores;
    compared.root.hidden = right.root.hidden = !both;
    charts.root.classList.toggle("gl-time-below", both);
    key.hidden = !scores;
    drawSide(left, moment);
    if (both) drawSide(right, other);
    charts.draw(both ? [moment, other] : [moment], playing.on ? "" : `${nameOf(moment)}: ${inWords(moment)}`);
    if (playing.on) return;
    left.say(`${count} samples from the same noise, ${nameOf(moment)}`);
    right.say(`${count} samples from the same noise, ${nameOf(other)}`);
    status.textContent = `${nameOf(moment)[0].toUpperCase()}${nameOf(moment).slice(1)}: ${inWords(moment)}.`;
  }

  const root = element(
    "div",
    { class: "gl gl-time-machine", role: "group", "aria-label": "TimeMachine: a training run, moment by moment" },
    now.root,
    element("div", { class: "gl-row" }, playing.root, comparing.root, scoring.root),
    compared.root,
    key,
    element("div", { class: "gl-columns" }, left.root, right.root, charts.root),
    status,
  );
  root.addEventListener("keydown", (event) => {
    // buttons and boxes have a use of their own for the space bar
    if (event.key !== " " || !(event.target === now.input || event.target === compared.input)) return;
    event.preventDefault();
    playing.toggle();
  });

  el.append(root);
  for (const name of TRAITS) model.on(`change:${name}`, draw);
  draw();
  // JupyterLab puts it into the page only after this, and outside a page no tint is known
  const shown = new ResizeObserver(() => {
    shown.disconnect();
    draw();
  });
  shown.observe(root);
  return () => {
    shown.disconnect();
    playing.leave();
    for (const name of TRAITS) model.off(`change:${name}`, draw);
  };
}

export default { render: withContent(render) };

// The studio: it pulls slices of training from the kernel, one at a time, and shows what comes with them.

import { button, element, OWN_KEYS, problemLine } from "../shared/elements.js";
import { connect } from "../shared/kernel.js";
import { trainingCharts } from "./charts.js";
import { meters } from "./meters.js";
import { samplesPanel } from "./samples.js";
import { settingsPanel } from "./settings.js";
import { trainingControl } from "./training.js";

const PAINT_EVERY = 200; // milliseconds: painting takes the time of the processor from the training

/** @param {{ model: import("../shared/kernel.js").Model, el: HTMLElement }} place */
function render({ model, el }) {
  const kernel = connect(model);
  const problem = problemLine();
  const status = element("p", { class: "gl-note gl-studio-status", role: "status" });
  /** @param {string} text */
  const say = (text) => {
    status.textContent = text;
  };
  /** @type {any} */
  let seen = {}; // the newest of each part of the kernel's answers
  let counted = -Infinity; // when the numbers were last shown

  const training = trainingControl({ kernel, problem, show, say, paint, now: () => seen.now });
  const numbers = meters();
  const charts = trainingCharts();
  const settings = settingsPanel(training.ask);
  const samples = samplesPanel(loadSamples, drawCurves);

  function drawCurves() {
    if (!seen.curves) return;
    const marker = samples.following || !seen.curves.number.length ? null : samples.looking;
    charts.draw(seen.curves, seen.equilibrium, marker);
  }

  /** @param {number} place */
  async function loadSamples(place) {
    try {
      const { shown } = await kernel.ask("samples", { place });
      problem.clear();
      return shown;
    } catch (error) {
      problem.show(error);
      return null;
    }
  }

  /** @param {any} reply */
  function show(reply) {
    seen = { ...seen, ...reply };
    if (reply.now && (!training.playing || performance.now() - counted > PAINT_EVERY)) {
      counted = performance.now();
      numbers.update(reply.now);
    }
    if (reply.settings) settings.update(reply.settings);
    samples.update(reply);
    if (!(reply.latest && samples.following) && (reply.curves || reply.equilibrium)) drawCurves();
    if (reply.said) say(reply.said);
  }

  const playButton = button("", training.toggle, { class: "gl-button gl-main", "aria-keyshortcuts": "Space" });
  function paint() {
    playButton.textContent = training.playing ? "❚❚ Pause" : "▶ Play";
  }
  paint();

  /** @param {KeyboardEvent} event */
  function keys(event) {
    // a button that has the focus answers to Space itself, and so does a menu
    if (event.key !== " " || /** @type {Element} */ (event.target).matches("button, select")) return;
    event.preventDefault();
    training.toggle();
  }

  const about = { class: "gl gl-training_studio", tabindex: "-1", role: "group", "aria-label": "Training studio" };
  el.append(
    element(
      "div",
      { ...about, onkeydown: keys, ...OWN_KEYS },
      element(
        "div",
        { class: "gl-row" },
        playButton,
        button("One step", training.step),
        button("■ Stop", () => training.halt("Stopped")),
        button("Save a checkpoint", () => training.ask("save")),
        button("Go back to the checkpoint", () => {
          samples.following = true;
          training.ask("go_back");
        }),
      ),
      status,
      problem.root,
      kernel.root,
      numbers.root,
      element(
        "div",
        { class: "gl-columns" },
        samples.root,
        element("div", { class: "gl-studio-panel" }, charts.losses, charts.scores),
        element("div", { class: "gl-studio-panel" }, charts.norms, settings.root),
      ),
    ),
  );
  training.ask("state");
  return training.leave;
}

export default { render };

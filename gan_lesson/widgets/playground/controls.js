// The controls seen first: play, reset, slow motion, one step, the data; the speed; and what the picture shows.

import { menu, slider, tick } from "../shared/controls.js";
import { button, element } from "../shared/elements.js";
import { STEPS_A_FRAME } from "./session.js";
import { LAYERS } from "./words.js";

/** @typedef {ReturnType<typeof mainBar>} MainBar */

/**
 * @param {{ play: () => void, reset: () => void, slow: () => void, step: (player: string) => void,
 *   data: (name: string) => void }} actions
 */
export function mainBar({ play, reset, slow, step, data }) {
  const playButton = button("Play", play, { class: "gl-button gl-main gl-play" });
  const slowButton = button("Slow motion", slow, { "aria-pressed": "false" });
  const dataMenu = menu({ label: "Data", options: [], value: "", change: data });
  /** @type {(label: string, player: string, words: string) => HTMLElement} */
  const stepButton = (label, player, words) =>
    button(label, () => step(player), { "aria-label": `one step of ${words}` });
  const root = element(
    "div",
    { class: "gl-row" },
    playButton,
    button("Reset", reset),
    slowButton,
    element(
      "span",
      { class: "gl-group", role: "group", "aria-label": "One step" },
      element("span", { text: "One step:" }),
      stepButton("D", "discriminator", "the discriminator only"),
      stepButton("G", "generator", "the generator only"),
      stepButton("both", "both", "both"),
    ),
    dataMenu.root,
  );
  return {
    root,
    dataMenu,
    /** @param {boolean} playing */
    sayPlaying(playing) {
      playButton.textContent = playing ? "Pause" : "Play";
    },
    /** @param {boolean} slowly */
    saySlow(slowly) {
      slowButton.setAttribute("aria-pressed", String(slowly));
    },
    /** @param {boolean} drawing while the reader draws, the game rests */
    rest(drawing) {
      for (const one of root.querySelectorAll("button")) one.disabled = drawing;
    },
  };
}

/** @param {import("./session.js").Session} session */
export function paceSlider(session) {
  const pace = slider({
    label: "Speed",
    min: 0,
    max: STEPS_A_FRAME.length - 1,
    step: 1,
    value: session.pace,
    say: (at) => (at ? `${STEPS_A_FRAME[at]} steps` : "1 step"),
    input: (at) => {
      session.pace = at;
    },
  });
  pace.input.title = "steps from one picture to the next, as far as the computer keeps up";
  return pace.root;
}

/**
 * The legend of the picture, with a box to tick for each layer.
 *
 * @param {Set<string>} show the layers that are shown
 * @param {() => void} changed
 */
export function layersLegend(show, changed) {
  const legend = element("fieldset", { class: "gl-layers" }, element("legend", { text: "What the picture shows" }));
  for (const [name, words, mark] of LAYERS) {
    const box = tick({
      label: words,
      checked: show.has(name),
      change: (on) => {
        if (on) show.add(name);
        else show.delete(name);
        changed();
      },
    });
    const symbol = element("span", { "aria-hidden": "true" });
    symbol.innerHTML = `<svg width="22" height="16">${mark}</svg>`;
    box.input.after(symbol);
    box.input.dataset.layer = name;
    legend.append(box.root);
  }
  return legend;
}

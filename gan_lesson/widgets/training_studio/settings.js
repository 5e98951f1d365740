// What is changed while it trains: both learning rates and the loss.

import { menu, slider } from "../shared/controls.js";
import { element } from "../shared/elements.js";
import { newest } from "../shared/newest.js";
import { short } from "../shared/numbers.js";
import { POWERS, toPower } from "./numbers.js";

/**
 * @typedef {{ rates: Record<string, number>, factor: number | null, loss: string, losses: string[],
 *   own: [string, boolean], checkpoint: string }} Settings
 */

/** @param {number | null} factor */
function scheduleSentence(factor) {
  if (factor === 0) return "The loop's schedule has run both rates down to 0: nothing moves any more.";
  return `The loop's schedule multiplies both by ${factor === null ? 1 : short(factor)} at this step.`;
}

/** @param {(question: string, about: Record<string, any>) => Promise<void>} ask */
export function settingsPanel(ask) {
  const rates = Object.fromEntries(
    ["discriminator", "generator"].map((player) => {
      const changes = newest((/** @type {number} */ power) => ask("set_rates", { [player]: 10 ** power }));
      const control = slider({
        label: player,
        ...POWERS,
        value: toPower(2e-4),
        say: (power) => (10 ** power).toExponential(1),
        input: (power) => void changes.offer(power),
      });
      control.input.setAttribute("aria-label", `learning rate of the ${player}`);
      return [player, control];
    }),
  );
  const schedule = element("p", { class: "gl-note", hidden: true });
  const loss = menu({ label: "loss", options: [], value: "", change: (name) => void ask("set_loss", { name }) });
  const file = element("code");
  return {
    root: element(
      "fieldset",
      {},
      element("legend", { text: "Change while it trains" }),
      element("div", { text: "learning rates" }),
      rates.discriminator.root,
      rates.generator.root,
      schedule,
      loss.root,
      element("p", { class: "gl-note" }, "Checkpoint file: ", file),
    ),
    /** @param {Settings} settings */
    update({ rates: now, factor, loss: name, losses, own: [ownName, fromRecipe], checkpoint }) {
      for (const [player, rate] of Object.entries(now)) {
        if (document.activeElement === rates[player].input) continue;
        rates[player].value = toPower(rate);
        rates[player].show(rate ? rate.toExponential(1) : "0");
      }
      schedule.hidden = factor === null;
      schedule.textContent = scheduleSentence(factor);
      const own = `the ${fromRecipe ? "recipe" : "loop"}'s own (${ownName.replaceAll("_", "-")})`;
      const options = [["own", own], ...losses.map((one) => [one, one.replaceAll("_", "-")])];
      loss.input.replaceChildren(...options.map(([value, text]) => element("option", { value, text })));
      loss.input.value = name;
      file.textContent = checkpoint;
    },
  };
}

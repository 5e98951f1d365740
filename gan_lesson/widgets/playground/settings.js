// The settings of the game below the picture, and the kernel's state shown on them.

import { menu, slider } from "../shared/controls.js";
import { element, freshId, OWN_KEYS } from "../shared/elements.js";
import { inWords } from "./words.js";

/** Learning rates on a slider. */
export const RATES = [-5, -4, -3, -2, -1].flatMap((power) => [1, 2, 5].map((digit) => Number(`${digit}e${power}`)));

/** @typedef {import("../shared/controls.js").Menu} Menu */
/** @typedef {(settings: Record<string, any>) => void} Change */

/**
 * Where in RATES a learning rate lies, or the nearest to it, by its ratio.
 *
 * @param {number} rate
 */
export function nearestRate(rate) {
  /** @param {number} index */
  const distance = (index) => Math.abs(Math.log(RATES[index] / rate));
  return RATES.reduce((best, _, index) => (distance(index) < distance(best) ? index : best), 0);
}

/** @type {(field: Menu, options: (string | number)[], value: string | number, words: (option: string) => string) => void} */
export function fill(field, options, value, words) {
  const wanted = options.join();
  if (field.input.dataset.options !== wanted) {
    field.input.dataset.options = wanted;
    field.input.replaceChildren(
      ...options.map((option) => element("option", { value: option, text: words(String(option)) })),
    );
  }
  field.input.value = String(value);
}

/**
 * The menus of the settings, by name. `add(name, label)` makes one; what is a number comes back as a number.
 *
 * @param {Change} change
 * @param {() => any} settings those of the moment
 */
function settingMenus(change, settings) {
  /** @type {Record<string, Menu & { words: (option: string) => string }>} */
  const menus = {};
  return {
    menus,
    /** @type {(name: string, label: string, words?: (option: string) => string) => HTMLElement} */
    add(name, label, words = inWords) {
      const field = menu({
        label,
        options: [],
        value: "",
        change: (value) => change({ [name]: typeof settings()[name] === "number" ? Number(value) : value }),
      });
      menus[name] = { ...field, words };
      return field.root;
    },
  };
}

/**
 * One player's controls. `letter` is d or g.
 *
 * @param {{ name: string, letter: string, title: string }} player
 * @param {Change} change
 * @param {ReturnType<typeof settingMenus>["add"]} add
 */
function playerPanel({ name, letter, title }, change, add) {
  const rate = slider({
    label: "learning rate",
    min: 0,
    max: RATES.length - 1,
    step: 1,
    value: 0,
    say: (at) => String(RATES[at]),
    input: (at) => change({ [`rate_${letter}`]: RATES[at] }),
  });
  const updates = slider({
    label: "updates a step",
    min: 0,
    max: 5,
    step: 1,
    value: 1,
    say: (count) => (count ? String(count) : "0: rests"),
    input: (count) => change({ [`updates_${letter}`]: count }),
  });
  const own = `This is your own ${name}: its layers are set in your code.`;
  const note = element("p", { class: "gl-note gl-own", hidden: true, text: own });
  const layers = [add(`depth_${letter}`, "hidden layers", String), add(`neurons_${letter}`, "neurons in each", String)];
  return {
    root: element(
      "fieldset",
      { class: `gl-of-${letter}` },
      element("legend", { text: title }),
      rate.root,
      updates.root,
      add(`optimizer_${letter}`, "optimizer"),
      element("div", { class: "gl-row" }, ...layers),
      note,
    ),
    /** @type {(settings: any, isOwn: boolean) => void} */
    update(settings, isOwn) {
      rate.value = nearestRate(settings[`rate_${letter}`]);
      rate.show(String(settings[`rate_${letter}`]));
      updates.value = settings[`updates_${letter}`];
      note.hidden = !isOwn;
    },
  };
}

/**
 * @param {Change} change
 * @param {() => any} settings those of the moment
 */
export function settingsPanels(change, settings) {
  const { menus, add } = settingMenus(change, settings);
  const seed = element("input", {
    id: freshId(),
    type: "number",
    min: 0,
    step: 1,
    class: "gl-seed",
    onchange: () => change({ seed: Math.max(0, Math.trunc(Number(seed.value) || 0)) }),
    ...OWN_KEYS,
  });
  const loss = add("loss", "loss");
  const players = {
    d: playerPanel({ name: "discriminator", letter: "d", title: "Discriminator D" }, change, add),
    g: playerPanel({ name: "generator", letter: "g", title: "Generator G" }, change, add),
  };
  const seedField = element("span", { class: "gl-field" }, element("label", { for: seed.id, text: "seed" }), seed);
  return {
    players: [
      element("div", { class: "gl-row" }, loss),
      element("div", { class: "gl-columns" }, players.d.root, players.g.root),
    ],
    noise: element(
      "div",
      { class: "gl-row" },
      add("noise", "noise"),
      add("latent_dim", "numbers in z", String),
      seedField,
    ),
    /** @param {any} state */
    update({ settings: now, choices, own: [ownG, ownD] }) {
      for (const [name, field] of Object.entries(menus)) fill(field, choices[name], now[name], field.words);
      players.d.update(now, ownD);
      players.g.update(now, ownG);
      for (const name of ["depth_d", "neurons_d"]) menus[name].input.disabled = ownD;
      for (const name of ["depth_g", "neurons_g"]) menus[name].input.disabled = ownG;
      menus.latent_dim.input.disabled = choices.latent_dim.length === 1;
      seed.value = now.seed;
    },
  };
}

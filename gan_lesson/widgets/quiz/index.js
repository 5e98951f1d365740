// Quiz: questions, and an explanation of whatever is chosen.

import { choice } from "../shared/controls.js";
import { button, element } from "../shared/elements.js";
import { numericField } from "./numeric.js";

/** @typedef {import("./numeric.js").NumericAnswer & { answer: string, correct: boolean, feedback: string }} Answer */
/** @typedef {{ question: string, type: string, code?: string, answers: Answer[] }} Question */

/**
 * A question as it is asked, with the line where the choice is explained.
 *
 * @param {Question} about
 * @param {number} place
 * @param {(index: number) => void} choose
 */
function askedQuestion({ question, type, code, answers }, place, choose) {
  const numbered = `${place + 1}. ${question}`;
  const parts =
    type === "numeric"
      ? numericField({ question: numbered, answers, choose })
      : choice({ question: numbered, options: answers.map(({ answer }) => answer), choose });
  if (code) parts.root.querySelector("legend")?.after(element("pre", { text: code }));
  return { ...parts, said: element("p", { class: "gl-said", role: "status" }) };
}

/** @param {{ model: import("../shared/kernel.js").Model, el: HTMLElement }} place */
function render({ model, el }) {
  /** @type {Question[]} */
  const questions = model.get("questions");
  /** @param {number[][]} chosen */
  const set = (chosen) => {
    model.set("chosen", chosen);
    model.save_changes();
  };
  /** @type {() => number[][]} */
  const chosenSoFar = () => model.get("chosen");
  const score = element("p", { role: "status" });
  const asked = questions.map((question, place) =>
    askedQuestion(question, place, (index) =>
      set(chosenSoFar().map((one, at) => (at === place ? [...one, index] : one))),
    ),
  );
  const again = button("Start over", () => set(questions.map(() => [])));
  el.append(
    element(
      "div",
      { class: "gl gl-quiz", role: "group", "aria-label": "Quiz" },
      ...asked.flatMap(({ root, said }) => [root, said]),
      element("div", { class: "gl-row" }, score, again),
    ),
  );

  const show = () => {
    const chosen = chosenSoFar();
    const correct = chosen.map((one, place) => one.map((index) => questions[place].answers[index].correct));
    asked.forEach(({ inputs, said }, place) => {
      const last = chosen[place].at(-1);
      inputs.forEach((input, index) => {
        if (input.type === "radio") input.checked = index === last;
        else if (last === undefined) input.value = "";
      });
      if (last === undefined) said.replaceChildren();
      else {
        const verdict = correct[place].at(-1) ? "✓ Right." : "✗ Not that one.";
        said.replaceChildren(element("strong", { text: verdict }), " ", questions[place].answers[last].feedback);
      }
    });
    const right = correct.filter((one) => one.at(-1)).length;
    const first = correct.filter((one) => one[0]).length;
    score.textContent = `${right} of ${questions.length} right, ${first} of them at the first try.`;
    again.hidden = chosen.every((one) => !one.length);
  };
  model.on("change:chosen", show);
  show();
  return () => model.off("change:chosen", show);
}

export default { render };

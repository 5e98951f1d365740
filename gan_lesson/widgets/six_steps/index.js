// The six steps: a button each; the kernel runs the lines and answers with all that they made, filled and moved.

import { tick } from "../shared/controls.js";
import { button, element, problemLine } from "../shared/elements.js";
import { attempt, connect } from "../shared/kernel.js";
import { imageFigure, networkTables, stepButtons, tensorRows } from "./parts.js";

/** @param {{ model: import("../shared/kernel.js").Model, el: HTMLElement }} place */
function render({ model, el }) {
  const kernel = connect(model);
  const problem = problemLine();
  const said = element("p", { class: "gl-six-said", role: "status" });
  const missing = element("p", { class: "gl-six-missing", role: "status", hidden: true });
  const lines = element("pre", { class: "gl-six-lines", "aria-label": "The lines that ran", hidden: true });
  const facts = element("ul", { class: "gl-six-facts", hidden: true });
  const images = element("div", { class: "gl-six-images" });
  const tensors = element("table", { class: "gl-six-tensors" });
  const networks = networkTables();
  let turn = 1;

  /** @type {(question: string, about?: Record<string, any>) => void} */
  const ask = (question, about = {}) => void attempt(problem, kernel.ask(question, about), show);
  const steps = stepButtons((number) => ask("run", { number }));
  const detach = tick({
    label: "detach the fakes in step 4",
    checked: true,
    change: (wanted) => ask("set_detach", { detach: wanted }),
  });

  /** @param {any} reply */
  function show(reply) {
    missing.textContent = reply.missing;
    missing.hidden = !reply.missing;
    detach.input.checked = reply.detach;
    if (!reply.titles) return; // the answer to the tick says no more
    turn = reply.next;
    steps.update(reply);
    said.textContent = reply.done ? `Step ${reply.done}: ${reply.said}` : reply.said;
    lines.textContent = reply.lines.join("\n");
    lines.hidden = !reply.lines.length;
    facts.replaceChildren(...reply.facts.map((/** @type {string} */ text) => element("li", { text })));
    facts.hidden = !reply.facts.length;
    images.replaceChildren(...reply.images.map(imageFigure));
    tensors.replaceChildren(...tensorRows(reply.tensors));
    tensors.hidden = !reply.tensors.length;
    networks.update(reply.networks);
  }

  el.append(
    element(
      "div",
      { class: "gl gl-six_steps", role: "group", "aria-label": "The six steps" },
      steps.root,
      element(
        "div",
        { class: "gl-row" },
        button("Next step", () => ask("run", { number: turn })),
        button("Start over", () => ask("start_over")),
        detach.root,
      ),
      problem.root,
      kernel.root,
      missing,
      said,
      lines,
      facts,
      element("div", { class: "gl-columns" }, images, tensors),
      networks.root,
    ),
  );
  ask("state");
}

export default { render };

// The six steps: a button each; the kernel runs the lines and answers with all that they made, filled and moved.

// A small number in three digits, without an exponent where it can be read without.
export function small(value) {
  if (value === 0) return "0";
  return Math.abs(value) >= 0.001 ? value.toPrecision(3) : value.toExponential(1);
}

function render({ model, el }) {
  const problem = problemLine();
  const said = element("p", { class: "gl-six-said", role: "status" });
  const missing = element("p", { class: "gl-six-missing", role: "status", hidden: true });
  const lines = element("pre", { class: "gl-six-lines", "aria-label": "The lines that ran", hidden: true });
  const facts = element("ul", { class: "gl-six-facts", hidden: true });
  const images = element("div", { class: "gl-six-images" });
  const tensors = element("table", { class: "gl-six-tensors" });
  const networks = { generator: element("table"), discriminator: element("table") };
  let turn = 1;

  const steps = [1, 2, 3, 4, 5, 6].map((number) => button("", () => attempt(ask(model, "run", { number }))));
  const detach = tick({
    label: "detach the fakes in step 4",
    checked: true,
    change: (wanted) => attempt(ask(model, "set_detach", { detach: wanted })),
  });

  function showButtons({ done, next, titles }) {
    turn = next;
    steps.forEach((step, at) => {
      const isNext = at + 1 === next;
      const ran = at + 1 <= done;
      step.replaceChildren(element("b", { text: `${at + 1}${isNext ? " ▸" : ran ? " ✓" : ""}` }), titles[at]);
      step.classList.toggle("gl-main", isNext);
      step.setAttribute("aria-label", `Step ${at + 1}: ${titles[at]}${isNext ? " (next)" : ran ? " (has run)" : ""}`);
      if (isNext) step.setAttribute("aria-current", "step");
      else step.removeAttribute("aria-current");
    });
  }

  function imageGroup({ name, pixels, scores, mean, before }) {
    const [, height, width] = pixels.shape;
    const cells = Array.from(scores, (score, at) => {
      const canvas = element("canvas");
      drawImages(canvas, pixels.subarray(at * height * width, (at + 1) * height * width), 1);
      return element("div", {}, canvas, score.toFixed(2));
    });
    const mind = before === null ? "" : before.toFixed(4) === mean.toFixed(4) ? ", as before" : `, before this step ${before.toFixed(4)}`;
    const told = `D's score now: mean ${mean.toFixed(4)}${mind}`;
    return element(
      "figure",
      { class: "gl-figure" },
      element("figcaption", {}, `${name} `, element("small", { text: told })),
      element("div", { class: "gl-six-cells", role: "img", "aria-label": `${scores.length} ${name}. ${told}` }, ...cells),
    );
  }

  function heads(caption, names) {
    const row = element("tr", {}, ...names.map((name) => element("th", { scope: "col", text: name })));
    return [element("caption", { text: caption }), element("thead", {}, row)];
  }

  function bar(value, largest, tint) {
    const width = largest > 0 ? Math.max(2, (value / largest) * 100) : 0;
    return element("span", { class: "gl-six-bar", "aria-hidden": "true", style: `width: ${width}%; background: var(--gl-${tint})` });
  }

  function showNetwork(player, layers, largest) {
    const rows = layers.map(({ name, gradient, filled, moved }) => {
      const grad = element("td", { text: gradient === null ? "none" : `${small(gradient)}${filled ? " filled now" : " as before"}` });
      if (gradient !== null) grad.append(bar(gradient, largest.gradient, filled ? player : "guide"));
      const move = element("td", { text: moved ? small(moved) : "did not move" });
      if (moved) move.append(bar(moved, largest.moved, player));
      return element("tr", {}, element("th", { scope: "row", text: name }), grad, move);
    });
    const names = ["layer", "length of .grad", "moved by (mean)"];
    networks[player].replaceChildren(...heads(player === "generator" ? "Generator" : "Discriminator", names), element("tbody", {}, ...rows));
  }

  function show(reply) {
    missing.textContent = reply.missing;
    missing.hidden = !reply.missing;
    detach.input.checked = reply.detach;
    if (!reply.titles) return; // the answer to the tick says no more
    showButtons(reply);
    said.textContent = reply.done ? `Step ${reply.done}: ${reply.said}` : reply.said;
    lines.textContent = reply.lines.join("\n");
    lines.hidden = !reply.lines.length;
    facts.replaceChildren(...reply.facts.map((text) => element("li", { text })));
    facts.hidden = !reply.facts.length;
    images.replaceChildren(...reply.images.map(imageGroup));
    const rows = reply.tensors.map(([name, shape, what]) =>
      element("tr", {}, element("th", { scope: "row" }, element("code", { text: name })), ...[shape, what].map((text) => element("td", { text }))),
    );
    tensors.replaceChildren(...heads("Tensors so far", ["name", "shape", "what it is"]), element("tbody", {}, ...rows));
    tensors.hidden = !rows.length;
    const all = Object.values(reply.networks).flat();
    const largest = {
      gradient: Math.max(...all.map(({ gradient }) => gradient ?? 0)),
      moved: Math.max(...all.map(({ moved }) => moved)),
    };
    for (const [player, layers] of Object.entries(reply.networks)) showNetwork(player, layers, largest);
  }

  // The answer to a question, shown; or what went wrong. The debugger goes on either way.
  async function attempt(promise) {
    try {
      const reply = await promise;
      problem.clear();
      show(reply);
    } catch (error) {
      problem.show(error);
    }
  }

  el.append(
    element(
      "div",
      { class: "gl gl-six_steps", role: "group", "aria-label": "The six steps" },
      element("ol", { class: "gl-six-buttons" }, ...steps.map((step) => element("li", {}, step))),
      element(
        "div",
        { class: "gl-row" },
        button("Next step", () => attempt(ask(model, "run", { number: turn }))),
        button("Start over", () => attempt(ask(model, "start_over"))),
        detach.root,
      ),
      problem.root,
      missing,
      said,
      lines,
      facts,
      element("div", { class: "gl-columns" }, images, tensors),
      element("div", { class: "gl-columns" }, networks.generator, networks.discriminator),
    ),
  );
  attempt(ask(model, "state"));
}

export default { render };

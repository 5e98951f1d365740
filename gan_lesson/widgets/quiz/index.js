
// ---- Quiz: questions, and an explanation of whatever is chosen

// A question whose answer is a number: `choose` is told which of the known answers it is.
function askNumber({ question, answers, choose }) {
  const input = element("input", { type: "text", inputmode: "decimal", "aria-label": "your number", size: 12, ...OWN_KEYS });
  const give = () => {
    const number = Number(input.value.replace("−", "-").replace(/,(?=\d{3}\b)/g, ""));
    if (input.value.trim() && Number.isFinite(number)) choose(answers.findIndex((one) => isMeant(one, number)));
  };
  input.addEventListener("keydown", (event) => event.key === "Enter" && give());
  const row = element("div", { class: "gl-row" }, input, button("Check", give));
  return { root: element("fieldset", { class: "gl-choice" }, element("legend", { text: question }), row), inputs: [input] };
}

function isMeant({ type, value, range }, number) {
  if (type === "range") return range[0] <= number && number <= range[1];
  return type === "default" || Math.abs(number - value) <= 0.002 * Math.abs(value);
}

export default {
  render({ model, el }) {
    const questions = model.get("questions");
    const score = element("p", { role: "status" });
    const asked = questions.map(({ question, type, code, answers }, place) => {
      const said = element("p", { class: "gl-said", role: "status" });
      const choose = (index) => {
        const chosen = model.get("chosen").map((one, at) => (at === place ? [...one, index] : one));
        model.set("chosen", chosen);
        model.save_changes();
      };
      const ask = type === "numeric" ? askNumber : choice;
      const parts = ask({ question: `${place + 1}. ${question}`, answers, options: answers.map(({ answer }) => answer), choose });
      if (code) parts.root.querySelector("legend").after(element("pre", { text: code }));
      return { ...parts, said };
    });
    const fields = asked.flatMap(({ root, said }) => [root, said]);
    const again = button("Start over", () => {
      model.set("chosen", questions.map(() => []));
      model.save_changes();
    });
    el.append(element("div", { class: "gl gl-quiz", role: "group", "aria-label": "Quiz" }, ...fields, element("div", { class: "gl-row" }, score, again)));

    const show = () => {
      const chosen = model.get("chosen");
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
      const count = (test) => correct.filter(test).length;
      const [right, first] = [count((one) => one.at(-1)), count((one) => one[0])];
      score.textContent = `${right} of ${questions.length} right, ${first} of them at the first try.`;
      again.hidden = chosen.every((one) => !one.length);
    };
    model.on("change:chosen", show);
    show();
    return () => model.off("change:chosen", show);
  },
};

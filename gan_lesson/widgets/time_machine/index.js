
// ---- TimeMachine: the moments of a training on a slider

const SIDE = 28;
const COLUMNS = 8;
const MILLISECONDS = 250;
const MILLISECONDS_WITH_LITTLE_MOTION = 1000;

const sigmoid = (logit) => 1 / (1 + Math.exp(-logit));

// The samples of one moment, each a small canvas with room for its score.
function sheet(count) {
  const cells = Array.from({ length: count }, () => {
    const canvas = element("canvas", { width: SIDE, height: SIDE });
    const score = element("span", { class: "gl-time-score" });
    return { canvas, context: canvas.getContext("2d"), score, root: element("div", { class: "gl-time-cell" }, canvas, score) };
  });
  const title = element("h4", { class: "gl-time-title" });
  const grid = element("div", { class: "gl-time-sheet", role: "img" }, ...cells.map((cell) => cell.root));
  const means = element("p", { class: "gl-note" });
  const pixels = new ImageData(SIDE, SIDE);
  pixels.data.fill(255);
  return {
    root: element("div", { class: "gl-time-side" }, title, grid, means),
    draw({ name, samples, logits, scoring }) {
      title.textContent = name;
      cells.forEach((cell, index) => {
        for (let at = 0; at < SIDE * SIDE; at += 1) {
          pixels.data.fill(255 - samples[index * SIDE * SIDE + at], at * 4, at * 4 + 3);
        }
        cell.context.putImageData(pixels, 0, 0);
        const score = sigmoid(logits[index]);
        cell.score.textContent = scoring ? score.toFixed(2) : "";
        cell.root.title = `D's score: ${score.toFixed(2)}`;
        cell.root.classList.toggle("gl-time-believed", scoring && score >= 0.5);
        cell.root.classList.toggle("gl-time-doubted", scoring && score < 0.5);
      });
      const mean = logits.reduce((sum, logit) => sum + sigmoid(logit), 0) / count;
      const fooled = logits.filter((logit) => logit >= 0).length;
      means.textContent = `D, at that moment, gives these ${count} a mean score of ${mean.toFixed(2)} and takes ${fooled} of them for real.`;
    },
    // not at every frame: a screen reader would not keep up
    say(label) {
      grid.setAttribute("aria-label", label);
    },
  };
}

export default {
  render({ model, el }) {
    const { samples, logits, steps, labels, curves, equilibrium, stepsPerEpoch } = unpack(model.get("content"));
    const [frames, count] = samples.shape;
    const set = (name, value) => {
      model.set(name, value);
      model.save_changes();
    };
    const stepOf = (moment) => `step ${steps[moment].toLocaleString("en")}`;
    const nameOf = (moment) => (stepsPerEpoch ? `${labels[moment]} · ${stepOf(moment)}` : labels[moment]);
    const along = (moment) => steps[moment] / (stepsPerEpoch ?? 1);
    const x = Array.from(curves.moments, along);
    const xlim = [along(0), Math.max(along(frames - 1), along(0) + 1)];

    const now = slider({
      label: "moment",
      min: 0,
      max: frames - 1,
      step: 1,
      value: model.get("moment"),
      input: (moment) => {
        pause();
        set("moment", moment);
      },
      say: (moment) => labels[moment],
    });
    const then = slider({
      label: "compared with",
      min: 0,
      max: frames - 1,
      step: 1,
      value: model.get("other"),
      input: (moment) => set("other", moment),
      say: (moment) => labels[moment],
    });
    const play = button("Play", () => (timer === null ? start() : pause()), { class: "gl-button gl-main gl-time-play" });
    const comparing = tick({
      label: "compare two moments",
      checked: model.get("comparing"),
      change(on) {
        const moment = model.get("moment");
        if (on && moment === model.get("other")) set("other", Math.floor(moment / 8)); // a moment says nothing beside itself
        set("comparing", on);
      },
    });
    const scoring = tick({ label: "D's score of each sample", checked: model.get("scoring"), change: (on) => set("scoring", on) });
    const key = element("p", { class: "gl-note", text: "Solid frame: D says fake (below 0.50). Dashed frame: D says real." });
    const status = element("p", { role: "status", class: "gl-note" });
    const [left, right] = [sheet(count), sheet(count)];
    const xlabel = stepsPerEpoch ? "epoch" : "step";
    const scores = lineChart({ title: "mean scores (dotted: can't tell)", xlabel });
    const losses = lineChart({ title: equilibrium ? "losses (dotted: equilibrium)" : "losses", xlabel });
    const charts = element("div", { class: "gl-time-charts" }, scores.root, losses.root);

    const root = element(
      "div",
      { class: "gl gl-time-machine", role: "group", "aria-label": "TimeMachine: a training, moment by moment" },
      now.root,
      element("div", { class: "gl-row" }, play, comparing.root, scoring.root),
      then.root,
      key,
      element("div", { class: "gl-columns" }, left.root, right.root, charts),
      status,
    );

    function drawSide(side, moment) {
      const size = count * SIDE * SIDE;
      side.draw({
        name: nameOf(moment),
        samples: samples.subarray(moment * size, (moment + 1) * size),
        logits: logits.subarray(moment * count, (moment + 1) * count),
        scoring: model.get("scoring"),
      });
    }

    // What the curves say at a moment; nothing where no steps led to it.
    function inWords(moment) {
      const at = curves.moments.indexOf(moment);
      if (at < 0) return "before the first step";
      const number = (name) => curves[name][at].toFixed(2);
      return (
        `mean scores: D(x) ${number("real_score")}, D(G(z)) ${number("fake_score")}; ` +
        `losses: discriminator ${number("discriminator_loss")}, generator ${number("generator_loss")}`
      );
    }

    function draw() {
      const moment = model.get("moment");
      const other = model.get("other");
      const both = model.get("comparing");
      now.value = moment;
      then.value = other;
      comparing.input.checked = both;
      scoring.input.checked = model.get("scoring");
      then.root.hidden = !both;
      right.root.hidden = !both;
      charts.classList.toggle("gl-time-below", both);
      key.hidden = !model.get("scoring");
      drawSide(left, moment);
      if (both) drawSide(right, other);
      const marker = (both ? [moment, other] : [moment]).map(along);
      const series = (names) => names.map(([name, column, colour]) => ({ name, tint: colour, x, y: curves[column] }));
      const say = timer === null ? `${nameOf(moment)}: ${inWords(moment)}` : "";
      scores.draw({
        series: series([["D(x), reals", "real_score", "real"], ["D(G(z)), fakes", "fake_score", "fake"]]),
        guides: [{ value: 0.5 }],
        ylim: [0, 1],
        xlim,
        marker,
        say,
      });
      losses.draw({
        series: series([
          ["discriminator", "discriminator_loss", "discriminator"],
          ["generator", "generator_loss", "generator"],
        ]),
        guides: (equilibrium ?? []).map((value, index) => ({ value, tint: ["discriminator", "generator"][index] })),
        xlim,
        marker,
        say,
      });
      if (timer === null) tell();
    }

    function tell() {
      const moment = model.get("moment");
      const sides = [[left, moment], [right, model.get("other")]];
      for (const [side, at] of sides) side.say(`${count} samples from the same noise, ${nameOf(at)}`);
      status.textContent = `${nameOf(moment)[0].toUpperCase()}${nameOf(moment).slice(1)}: ${inWords(moment)}.`;
    }

    let timer = null;
    function start() {
      const little = matchMedia("(prefers-reduced-motion: reduce)").matches;
      timer = setInterval(advance, little ? MILLISECONDS_WITH_LITTLE_MOTION : MILLISECONDS);
      play.textContent = "Pause";
      status.textContent = "";
      if (model.get("moment") === frames - 1) model.set("moment", 0);
    }
    function advance() {
      if (model.get("moment") >= frames - 1) pause();
      else model.set("moment", model.get("moment") + 1);
    }
    function pause() {
      if (timer === null) return;
      clearInterval(timer);
      timer = null;
      play.textContent = "Play";
      model.save_changes();
      draw();
    }
    root.addEventListener("keydown", (event) => {
      // buttons and boxes have a use of their own for the space bar
      if (event.key !== " " || !(event.target === now.input || event.target === then.input)) return;
      event.preventDefault();
      if (timer === null) start();
      else pause();
    });

    el.append(root);
    const names = ["moment", "other", "comparing", "scoring"].map((name) => `change:${name}`);
    for (const name of names) model.on(name, draw);
    draw();
    // JupyterLab puts it into the page only after this, and outside a page no tint is known
    const shown = new ResizeObserver(() => {
      shown.disconnect();
      draw();
    });
    shown.observe(root);
    return () => {
      shown.disconnect();
      clearInterval(timer);
      for (const name of names) model.off(name, draw);
    };
  },
};

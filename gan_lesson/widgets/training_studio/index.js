// The studio: it pulls slices of training from the kernel, one at a time, and shows what comes with them.

const RATES = { lowest: -6, highest: -1 }; // as powers of ten

// A learning rate as a power of ten, for a slider.
export function toPower(rate) {
  return Math.min(RATES.highest, Math.max(RATES.lowest, Math.log10(rate)));
}

// 12.3 -> "12", 1.234 -> "1.2", 3661 -> "3,661".
export function count(value) {
  return value >= 10 ? Math.round(value).toLocaleString("en") : value.toFixed(1);
}

// Seconds as a person says them.
export function duration(seconds) {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

// `send(value)`, but while one answer is awaited only the newest of the values that come in is kept for later.
export function newest(send) {
  let busy = false;
  let next = null;
  return async function offer(value) {
    next = [value];
    if (busy) return;
    busy = true;
    try {
      while (next) {
        const [sent] = next;
        next = null;
        await send(sent);
      }
    } finally {
      busy = false;
    }
  };
}

function drawPoints({ canvas, context, width }, fakes, reals) {
  const place = (value) => ((value + 1.6) / 3.2) * width;
  context.clearRect(0, 0, width, width);
  context.fillStyle = tint(canvas, "real");
  for (let at = 0; reals && at < reals.length; at += 2) {
    context.beginPath();
    context.arc(place(reals[at]), width - place(reals[at + 1]), 2, 0, 7);
    context.fill();
  }
  context.strokeStyle = tint(canvas, "fake");
  context.lineWidth = 1.5;
  context.beginPath();
  for (let at = 0; at < fakes.length; at += 2) {
    const [x, y] = [place(fakes[at]), width - place(fakes[at + 1])];
    context.moveTo(x - 3, y - 3);
    context.lineTo(x + 3, y + 3);
    context.moveTo(x + 3, y - 3);
    context.lineTo(x - 3, y + 3);
  }
  context.stroke();
}

function render({ model, el }) {
  const problem = problemLine();
  const status = element("p", { class: "gl-note gl-studio-status", role: "status" });
  const say = (text) => (status.textContent = text);
  let seen = {}; // the newest of each part of the kernel's answers
  let stopping = null; // what to say when the slice under way has ended

  // ---- what is shown

  const numbers = {};
  const numberList = element("div", { class: "gl-studio-numbers" });
  for (const [key, label] of [
    ["number", "step"],
    ["seconds", "training time"],
    ["steps_a_second", "steps a second"],
    ["images_a_second", "images a second"],
  ]) {
    numbers[key] = element("b", { text: "0", "data-number": key });
    numberList.append(element("div", {}, element("span", { text: `${label} ` }), numbers[key]));
  }

  const images = element("canvas", { class: "gl-images", role: "img" });
  const points = sharpCanvas(300, 300, "");
  points.canvas.classList.add("gl-studio-points");
  const legend = element("p", { class: "gl-note", text: "× fakes, ● reals of the last batch" });
  const samplesTitle = element("figcaption", { text: "samples" });
  const film = slider({
    label: "look back",
    min: 0,
    max: 0,
    step: 1,
    value: 0,
    say: (place) => (seen.kept ? `step ${seen.kept[place] ?? 0}` : ""),
    input: newest(async (place) => {
      following = place === Number(film.input.max);
      if (following) showSamples(seen.latest);
      else await attempt(ask(model, "samples", { place }), ({ shown }) => !following && showSamples(shown));
    }),
  });
  film.root.querySelector("output").setAttribute("aria-live", "off"); // it moves by itself while training goes on
  let following = true; // the slider stands at its right end, where the newest samples come in
  let looking = 0; // the step whose samples are shown

  function showSamples({ number, samples }) {
    const inThePlane = samples.shape.length === 2;
    images.hidden = inThePlane;
    points.canvas.hidden = legend.hidden = !inThePlane;
    looking = number;
    samplesTitle.textContent = `samples after step ${number.toLocaleString("en")}${following ? "" : " (looking back)"}`;
    const label = `${samples.shape[0]} ${inThePlane ? "points" : "images"} made of the same noise, after step ${number}`;
    (inThePlane ? points.canvas : images).setAttribute("aria-label", label);
    if (inThePlane) drawPoints(points, samples, seen.real);
    else drawImages(images, samples, 6);
    if (seen.curves) drawCurves();
  }

  const lossChart = lineChart({ title: "losses (dotted: equilibrium)", xlabel: "step", width: 270, height: 180 });
  const scoreChart = lineChart({ title: "mean scores (dotted: can't tell)", xlabel: "step", width: 270, height: 180 });
  const normChart = lineChart({ title: "lengths of the gradients", xlabel: "step", width: 270, height: 180 });
  const lastOf = (values) => (values.length ? short(values[values.length - 1]) : "none yet");

  function drawCurves() {
    const { curves, equilibrium } = seen;
    const x = curves.number;
    const both = (d, g) => [
      { name: "discriminator", tint: "discriminator", x, y: curves[d] },
      { name: "generator", tint: "generator", x, y: curves[g] },
    ];
    const told = (series) => `Last: ${series.map(({ name, y }) => `${name} ${lastOf(y)}`).join(", ")}`;
    const marker = following || !x.length ? null : looking;
    const losses = both("discriminator_loss", "generator_loss");
    const guides = ["discriminator", "generator"].map((tint, at) => ({ value: equilibrium[at], tint }));
    lossChart.draw({ series: losses, guides, marker, say: told(losses) });
    const scores = [
      { name: "D(x), reals", tint: "real", x, y: curves.real_score },
      { name: "D(G(z)), fakes", tint: "fake", x, y: curves.fake_score },
    ];
    scoreChart.draw({ series: scores, guides: [{ value: 0.5 }], ylim: [0, 1], marker, say: told(scores) });
    const norms = both("norm_d", "norm_g");
    normChart.draw({ series: norms, marker, ylim: [0, Math.max(1e-6, spread(norms.map(({ y }) => y), [0])[1])], say: told(norms) });
  }

  // ---- what is changed while it trains

  const rates = {};
  for (const player of ["discriminator", "generator"]) {
    rates[player] = slider({
      label: player,
      min: RATES.lowest,
      max: RATES.highest,
      step: 0.05,
      value: toPower(2e-4),
      say: (power) => (10 ** power).toExponential(1),
      input: newest((power) => attempt(ask(model, "set_rates", { [player]: 10 ** power }))),
    });
    rates[player].input.setAttribute("aria-label", `learning rate of the ${player}`);
  }
  const schedule = element("p", { class: "gl-note", hidden: true });
  const loss = menu({
    label: "loss",
    options: [],
    value: "",
    change: (name) => attempt(ask(model, "set_loss", { name })),
  });

  function showSettings({ rates: now, factor, loss: name, losses, own: [ownName, fromRecipe], checkpoint }) {
    for (const [player, rate] of Object.entries(now)) {
      if (document.activeElement === rates[player].input) continue;
      rates[player].value = toPower(rate);
      rates[player].show(rate ? rate.toExponential(1) : "0");
    }
    schedule.hidden = factor === null;
    schedule.textContent =
      factor === 0
        ? "The loop's schedule has run both rates down to 0: nothing moves any more."
        : `The loop's schedule multiplies both by ${factor === null ? 1 : short(factor)} at this step.`;
    const own = `the ${fromRecipe ? "recipe" : "loop"}'s own (${ownName.replaceAll("_", "-")})`;
    const options = [["own", own], ...losses.map((one) => [one, one.replaceAll("_", "-")])];
    loss.input.replaceChildren(...options.map(([value, text]) => element("option", { value, text })));
    loss.input.value = name;
    file.textContent = checkpoint;
  }

  // ---- the kernel's answers

  let counted = -Infinity; // when the numbers were last shown

  function show(reply) {
    seen = { ...seen, ...reply };
    // each change is painted, and painting takes the time of the processor from the training
    if (reply.now && (!pull.playing || performance.now() - counted > 200)) {
      counted = performance.now();
      numbers.number.textContent = reply.now.number.toLocaleString("en");
      numbers.seconds.textContent = duration(reply.now.seconds);
      numbers.steps_a_second.textContent = count(reply.now.steps_a_second);
      numbers.images_a_second.textContent = count(reply.now.images_a_second);
    }
    if (reply.settings) showSettings(reply.settings);
    if (reply.kept) {
      const place = following ? -1 : reply.kept.findLastIndex((number) => number <= looking);
      following = place < 0 || place === reply.kept.length - 1;
      film.input.max = reply.kept.length - 1;
      film.value = following ? reply.kept.length - 1 : place;
      film.input.disabled = reply.kept.length < 2;
    }
    if (reply.latest && following) showSamples(reply.latest);
    else if (reply.curves || (reply.equilibrium && seen.curves)) drawCurves();
    if (reply.said) say(reply.said);
  }

  // The answer to a question, shown; or what went wrong. The studio goes on either way.
  async function attempt(promise, use = show) {
    try {
      const reply = await promise;
      problem.clear();
      use(reply);
    } catch (error) {
      problem.show(error);
    }
  }

  // ---- play, pause, step, stop

  const pull = puller(
    () => ask(model, "train"),
    (reply) => {
      show(reply);
      if (!pull.playing) stand();
    },
    (error) => {
      paint();
      say("Stopped: see the message below.");
      attempt(ask(model, "state")).then(() => problem.show(error));
    },
    2, // a slice takes longer than its way to the browser and back, in which the kernel would stand idle
  );

  // The slice under way has ended: show all as it is, and say where things stand.
  async function stand() {
    const word = stopping;
    stopping = null;
    await attempt(ask(model, "state"));
    if (word === null || pull.playing || !seen.now) return;
    const { number, seconds } = seen.now;
    const where = `${word} after step ${number.toLocaleString("en")} and ${duration(seconds)} of training.`;
    say(word === "Paused" ? where : `${where} Nothing is lost: the loop is your variable. Play, or next(loop) in a cell, goes on from here.`);
  }

  function play() {
    problem.clear();
    say("Training.");
    pull.play();
    paint();
  }

  function halt(word) {
    stopping = word;
    if (pull.playing) pull.pause();
    else stand();
    paint();
  }

  async function step() {
    if (pull.playing) halt("Paused");
    await attempt(ask(model, "step"));
    say(`One step: the loop stands at step ${(seen.now?.number ?? 0).toLocaleString("en")}.`);
  }

  const toggle = () => (pull.playing ? halt("Paused") : play());
  const playButton = button("▶ Play", toggle, { class: "gl-button gl-main", "aria-keyshortcuts": "Space" });
  const paint = () => (playButton.textContent = pull.playing ? "❚❚ Pause" : "▶ Play");
  const file = element("code");

  function keys(event) {
    // a button that has the focus answers to Space itself, and so does a menu
    if (event.key !== " " || event.target.matches("button, select")) return;
    event.preventDefault();
    toggle();
  }

  const root = element(
    "div",
    { class: "gl gl-training_studio", tabindex: "-1", role: "group", "aria-label": "Training studio", onkeydown: keys, ...OWN_KEYS },
    element(
      "div",
      { class: "gl-row" },
      playButton,
      button("One step", step),
      button("■ Stop", () => halt("Stopped")),
      button("Save a checkpoint", () => attempt(ask(model, "save"))),
      button("Go back to the checkpoint", () => {
        following = true;
        attempt(ask(model, "go_back"));
      }),
    ),
    status,
    problem.root,
    numberList,
    element(
      "div",
      { class: "gl-columns" },
      element(
        "div",
        { class: "gl-studio-panel gl-studio-samples" },
        element("figure", { class: "gl-figure" }, samplesTitle, images, points.canvas, legend),
        film.root,
      ),
      element("div", { class: "gl-studio-panel" }, lossChart.root, scoreChart.root),
      element(
        "div",
        { class: "gl-studio-panel" },
        normChart.root,
        element(
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
      ),
    ),
  );
  el.append(root);
  attempt(ask(model, "state"));
  return () => pull.pause();
}

export default { render };

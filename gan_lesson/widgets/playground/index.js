// The playground: a GAN in the plane that the kernel trains while the browser pulls and draws.

const SIDE = 400; // of the picture of the plane, in CSS pixels
const STEPS_A_FRAME = [1, 2, 3, 5, 8, 12, 20, 40];
const RATES = [-5, -4, -3, -2, -1].flatMap((power) => [1, 2, 5].map((digit) => Number(`${digit}e${power}`)));
const MOST_POINTS = 2000; // of a drawing
const CHART = { width: 270, height: 138 };
const PAUSE_BETWEEN_PARTS = 6000; // milliseconds, long enough to read a caption

const WORDS = {
  ring: "ring of 8 clouds",
  grid: "grid of 25 clouds",
  moons: "two moons",
  spiral: "spiral",
  line: "line",
  own: "your own",
  drawn: "your drawing",
  gaussian: "Gaussian",
  uniform: "uniform, -1 to 1",
  minimax: "minimax",
  non_saturating: "non-saturating",
  least_squares: "least squares",
  hinge: "hinge",
  wasserstein: "Wasserstein (without its bound)",
  adam: "Adam",
  sgd: "SGD",
  rmsprop: "RMSprop",
};

// A mark for the legend, 22 x 16.
const LAYERS = [
  ["reals", "reals x: points of the data", '<circle cx="11" cy="8" r="3.5" fill="var(--gl-real)"/>'],
  ["fakes", "fakes G(z): made by the generator", '<path d="M7 4l8 8m0-8l-8 8" stroke="var(--gl-fake)" stroke-width="2"/>'],
  [
    "arrows",
    "arrows: where the generator's loss pulls each fake",
    '<path d="M2 13L17 4m-6-.6l6 .6-2.5 5.4" stroke="var(--gl-generator)" stroke-width="2" fill="none"/>',
  ],
  [
    "map",
    "heat map: D's score, from \u201cfake\u201d (tint of the crosses) to \u201creal\u201d (tint of the dots)",
    '<path d="M1 2h10v12H1z" fill="var(--gl-fake)" opacity=".6"/><path d="M11 2h10v12H11z" fill="var(--gl-real)" opacity=".6"/>',
  ],
  [
    "manifold",
    "manifold: a grid in noise space, as the generator warps it; the stronger the tint of a cell, the denser fakes lie there",
    '<path d="M2 3q9 4 18 0m-18 5q9 4 18 0m-18 5q9 4 18 0M4 2v13m7-11v12m7-14v13" stroke="var(--gl-generator)" fill="none"/>',
  ],
];

// One step in ten parts: what is lit in the diagram, what the picture shows, and what happens.
const PARTS = [
  {
    title: "Take reals and noise",
    lit: ["reals", "noise"],
    show: ["reals"],
    text: "D\u2019s turn. A batch of reals is taken from the data, and as many vectors of random numbers, the noise z, are drawn.",
  },
  {
    title: "G makes fakes",
    lit: ["noise", "z-g", "g", "g-fakes", "fakes"],
    show: ["reals", "fakes"],
    text: "The generator turns each vector of noise into a point: a fake. In D\u2019s turn G only delivers; it learns nothing.",
  },
  {
    title: "D scores both",
    lit: ["reals", "fakes", "reals-d", "fakes-d", "d"],
    show: ["map", "reals", "fakes"],
    text: "The discriminator gives every real and every fake a score between 0 (\u201cfake\u201d) and 1 (\u201creal\u201d): the heat map under it.",
  },
  {
    title: "The loss of D",
    lit: ["d", "d-loss", "loss-d"],
    show: ["map", "reals", "fakes"],
    text: "D\u2019s loss grows with every real that scores low and every fake that scores high. It is what D wants to make small.",
  },
  {
    title: "D learns",
    lit: ["loss-d", "back-d", "d"],
    show: ["map", "reals", "fakes"],
    text: "Now it happens: the loss flows back through D, and D\u2019s weights move a little, so that this loss falls. The heat map shifts; the fakes stay where they are.",
  },
  {
    title: "Fresh noise",
    lit: ["noise"],
    show: ["map"],
    text: "G\u2019s turn. New noise is drawn. The reals are not needed: the generator never sees them. From here on D stands still.",
  },
  {
    title: "G makes fakes",
    lit: ["noise", "z-g", "g", "g-fakes", "fakes"],
    show: ["map", "fakes"],
    text: "The generator turns the noise into fakes, and this time it will learn from them.",
  },
  {
    title: "D scores the fakes",
    lit: ["fakes", "fakes-d", "d"],
    show: ["map", "fakes"],
    text: "The discriminator scores the fakes. Where the map says \u201creal\u201d, G has fooled it.",
  },
  {
    title: "The loss of G",
    lit: ["d", "d-loss-g", "loss-g", "back-d-g", "back-fakes", "fakes"],
    show: ["map", "fakes", "arrows"],
    text: "G\u2019s loss grows with every fake that scores low. It flows back through D to each fake: the arrows show the way in which it falls fastest, uphill on D\u2019s map. (Where the map is still flat there are none.)",
  },
  {
    title: "G learns",
    lit: ["fakes", "back-g", "g"],
    show: ["map", "fakes"],
    text: "Now it happens: G\u2019s weights move a little, so that the fakes follow their arrows as well as they can together. The short lines show how far each has moved. One step is done.",
  },
];

const DIAGRAM = `
<svg viewBox="0 0 440 178" role="img" class="gl-diagram" aria-label="Diagram: noise z goes into the generator G, which makes fakes. Fakes and reals go into the discriminator D. Its scores make two losses. The loss of D flows back into D; the loss of G flows back through D and the fakes into G.">
  <defs><marker id="MARK" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="9" markerHeight="9" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0L8 4L0 8z" fill="currentColor"/></marker></defs>
  <g class="gl-edge">
    <path data-name="z-g" d="M68 35H94"/><path data-name="g-fakes" d="M140 27H168"/>
    <path data-name="fakes-d" d="M228 42L257 67"/><path data-name="reals-d" d="M228 134L258 110"/>
    <path data-name="d-loss" d="M302 102L341 128"/><path data-name="d-loss-g" d="M302 72L341 42"/>
    <path data-name="back-d" d="M346 156Q286 176 280 112" class="gl-back gl-of-d"/>
    <path data-name="back-d-g" d="M366 54Q352 84 304 88" class="gl-back gl-of-g"/>
    <path data-name="back-fakes" d="M256 92Q214 90 204 56" class="gl-back gl-of-g"/>
    <path data-name="back-g" d="M170 43H142" class="gl-back gl-of-g"/>
  </g>
  <g data-name="noise"><rect x="2" y="16" width="66" height="38" rx="6"/><text x="35" y="40">noise z</text></g>
  <g data-name="g" class="gl-of-g"><rect x="96" y="16" width="44" height="38" rx="6"/><text x="118" y="40">G</text></g>
  <g data-name="fakes" class="gl-of-fake"><rect x="170" y="16" width="58" height="38" rx="6"/><text x="199" y="40">fakes</text></g>
  <g data-name="reals" class="gl-of-real"><rect x="170" y="118" width="58" height="38" rx="6"/><text x="199" y="142">reals</text></g>
  <g data-name="d" class="gl-of-d"><rect x="256" y="68" width="46" height="42" rx="6"/><text x="279" y="94">D</text></g>
  <g data-name="loss-g" class="gl-of-g"><rect x="342" y="16" width="96" height="38" rx="6"/><text x="390" y="40">loss of G</text></g>
  <g data-name="loss-d" class="gl-of-d"><rect x="342" y="118" width="96" height="38" rx="6"/><text x="390" y="142">loss of D</text></g>
</svg>`;

// Points of a stroke from `start` to `end` ([x, y] each), no further than `gap` apart, `start` left out.
export function stroke(start, end, gap) {
  const count = Math.max(1, Math.ceil(Math.hypot(end[0] - start[0], end[1] - start[1]) / gap));
  return Array.from({ length: count }, (_, at) => {
    const share = (at + 1) / count;
    return [start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])];
  });
}

// What the moment means, in plain words, from the last step.
export function saying(last) {
  if (!last) return "Both networks are new. The fakes are one lump, and D can\u2019t tell anything apart yet. Press Play, or go step by step.";
  const gap = last.real_score - last.fake_score;
  if (gap > 0.5) return "D tells reals from fakes with ease. Its map shows the fakes the way: uphill, along the arrows.";
  if (gap > 0.12) return "D still sees a difference, and G follows the arrows to where D says \u201creal\u201d. As the fakes move, D redraws its map, and the arrows turn.";
  if (gap > -0.12) {
    return last.number < 100
      ? "D gives both about the same score: it has learned little yet, or G has caught up."
      : "D gives reals and fakes about the same score. Either the fakes are good, or this D is blind: look whether the crosses cover all the dots.";
  }
  return "The fakes score higher than the reals: G has fooled D. D will redraw its map.";
}

function inWords(name) {
  return WORDS[name] ?? String(name).replaceAll("_", " ");
}

// The picture of the plane. draw(frame, state): the layers that the frame holds, over one another.
function plane() {
  const { canvas, context } = sharpCanvas(SIDE, SIDE, "The plane");
  canvas.tabIndex = 0;
  canvas.classList.add("gl-plane");
  for (const [name, value] of Object.entries(OWN_KEYS)) canvas.setAttribute(name, value);
  const small = document.createElement("canvas");
  const shades = { of: "", table: null };
  let half = 1.6;

  const toX = (x) => ((x + half) / (2 * half)) * SIDE;
  const toY = (y) => SIDE - toX(y);

  function table() {
    const names = ["fake", "paper", "real"].map((name) => tint(canvas, name));
    if (shades.of === names.join()) return shades.table;
    small.width = small.height = 1;
    const brush = small.getContext("2d", { willReadFrequently: true });
    const [low, middle, high] = names.map((colour) => {
      brush.fillStyle = colour;
      brush.fillRect(0, 0, 1, 1);
      return [...brush.getImageData(0, 0, 1, 1).data];
    });
    shades.of = names.join();
    shades.table = Array.from({ length: 256 }, (_, score) => {
      const [from, to, share] = score < 128 ? [low, middle, score / 127.5] : [middle, high, score / 127.5 - 1];
      // part of the way to the paper, so that dots and crosses stand out
      return [0, 1, 2].map((at) => middle[at] + 0.6 * (from[at] + share * (to[at] - from[at]) - middle[at]));
    });
    return shades.table;
  }

  function heat(map) {
    const [rows, columns] = map.shape;
    const colours = table();
    small.width = columns;
    small.height = rows;
    const brush = small.getContext("2d", { willReadFrequently: true });
    const sheet = brush.createImageData(columns, rows);
    for (let row = 0; row < rows; row += 1) {
      for (let column = 0; column < columns; column += 1) {
        const at = ((rows - 1 - row) * columns + column) * 4; // row 0 is the bottom
        const colour = colours[map[row * columns + column]];
        sheet.data[at] = colour[0];
        sheet.data[at + 1] = colour[1];
        sheet.data[at + 2] = colour[2];
        sheet.data[at + 3] = 255;
      }
    }
    brush.putImageData(sheet, 0, 0);
    const cell = SIDE / (columns - 1); // the scores at the edges belong onto the edges
    context.drawImage(small, -cell / 2, -cell / 2, SIDE + cell, SIDE + cell);
  }

  // Each cell of noise space holds equally many fakes: the smaller it is warped, the denser they lie.
  function manifold(corners) {
    const [count, dimensions] = corners.shape;
    const at = (index) => [toX(corners[index * dimensions]), toY(corners[index * dimensions + 1])];
    context.strokeStyle = context.fillStyle = tint(canvas, "generator");
    const side = Math.round(Math.sqrt(count));
    if (side * side !== count) {
      for (let index = 1; index < count; index += 1) {
        const [from, to] = [at(index - 1), at(index)];
        context.globalAlpha = opacity(1 / (count * Math.hypot(to[0] - from[0], to[1] - from[1])), 0.02);
        line([from, to], 3);
      }
      context.globalAlpha = 1;
      return;
    }
    for (let row = 0; row + 1 < side; row += 1) {
      for (let column = 0; column + 1 < side; column += 1) {
        const first = row * side + column;
        const corner = [at(first), at(first + 1), at(first + side + 1), at(first + side)];
        context.globalAlpha = 0.85 * opacity(1 / (count * area(corner)), 1e-4);
        path(corner);
        context.fill();
      }
    }
    context.globalAlpha = 0.45;
    context.lineWidth = 0.7;
    for (let index = 0; index < side; index += 1) {
      path(Array.from({ length: side }, (_, step) => at(index * side + step)));
      context.stroke();
      path(Array.from({ length: side }, (_, step) => at(step * side + index)));
      context.stroke();
    }
    context.globalAlpha = 1;
  }

  function path(points) {
    context.beginPath();
    points.forEach(([x, y], at) => (at ? context.lineTo(x, y) : context.moveTo(x, y)));
  }

  function line(points, thickness) {
    context.lineWidth = thickness;
    path(points);
    context.stroke();
  }

  function dots(points) {
    context.fillStyle = tint(canvas, "real");
    context.strokeStyle = tint(canvas, "paper");
    context.lineWidth = 1;
    for (let at = 0; at < points.length; at += 2) {
      context.beginPath();
      context.arc(toX(points[at]), toY(points[at + 1]), 3, 0, 2 * Math.PI);
      context.fill();
      context.stroke();
    }
  }

  function crosses(points) {
    context.beginPath();
    for (let at = 0; at < points.length; at += 2) {
      const x = toX(points[at]);
      const y = toY(points[at + 1]);
      context.moveTo(x - 3, y - 3);
      context.lineTo(x + 3, y + 3);
      context.moveTo(x - 3, y + 3);
      context.lineTo(x + 3, y - 3);
    }
    context.lineWidth = 1.8;
    context.strokeStyle = tint(canvas, "fake");
    context.stroke();
  }

  function arrows(from, directions) {
    context.beginPath();
    for (let at = 0; at < Math.min(from.length, 240); at += 2) {
      const length = Math.hypot(directions[at], directions[at + 1]);
      const reach = 34 * Math.tanh(0.5 * length); // longer for a stronger pull, up to a limit
      if (!(reach > 2)) continue;
      const [dx, dy] = [(directions[at] / length) * reach, (-directions[at + 1] / length) * reach];
      const [x, y] = [toX(from[at]), toY(from[at + 1])];
      context.moveTo(x, y);
      context.lineTo(x + dx, y + dy);
      for (const turn of [-1, 1]) {
        context.moveTo(x + dx, y + dy);
        context.lineTo(x + 0.72 * dx - 0.16 * turn * dy, y + 0.72 * dy + 0.16 * turn * dx);
      }
    }
    context.lineWidth = 1.3;
    context.strokeStyle = tint(canvas, "generator");
    context.stroke();
  }

  function draw(frame, { show, reals, halfWidth, from = null }) {
    half = halfWidth;
    context.fillStyle = tint(canvas, "paper");
    context.fillRect(0, 0, SIDE, SIDE);
    if (frame.map && show.has("map")) heat(frame.map);
    if (frame.manifold && show.has("manifold")) manifold(frame.manifold);
    if (show.has("reals")) dots(frame.reals ?? reals);
    if (frame.fakes && show.has("fakes")) {
      if (from && from.length === frame.fakes.length) trails(from, frame.fakes);
      crosses(frame.fakes);
    }
    if (frame.arrows && show.has("arrows")) arrows(frame.fakes, frame.arrows);
  }

  function trails(from, to) {
    context.beginPath();
    for (let at = 0; at < from.length; at += 2) {
      context.moveTo(toX(from[at]), toY(from[at + 1]));
      context.lineTo(toX(to[at]), toY(to[at + 1]));
    }
    context.lineWidth = 3;
    context.strokeStyle = tint(canvas, "generator");
    context.stroke();
  }

  // What is being drawn by hand, and where the pen of the keyboard is.
  function sketch(points, pen) {
    context.fillStyle = tint(canvas, "paper");
    context.fillRect(0, 0, SIDE, SIDE);
    dots(points.flat());
    context.strokeStyle = tint(canvas, "ink");
    if (pen) {
      const [x, y] = [toX(pen[0]), toY(pen[1])];
      line([[x - 8, y], [x + 8, y]], 1);
      line([[x, y - 8], [x, y + 8]], 1);
    }
    if (!points.length) {
      context.fillStyle = tint(canvas, "ink");
      context.font = "15px sans-serif";
      context.textAlign = "center";
      context.fillText("Draw here with mouse or finger.", SIDE / 2, SIDE / 2 - 26);
    }
  }

  // Where in the plane a pointer is.
  function place(event) {
    const box = canvas.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * 2 * half - half;
    const y = half - ((event.clientY - box.top) / box.height) * 2 * half;
    return [x, y];
  }

  return { canvas, draw, sketch, place };
}

function opacity(density, middling) {
  return density / (density + middling);
}

// The area of a polygon of [x, y] corners, at least a little.
function area(corners) {
  let twice = 0;
  corners.forEach(([x, y], at) => {
    const [nextX, nextY] = corners[(at + 1) % corners.length];
    twice += x * nextY - nextX * y;
  });
  return Math.max(Math.abs(twice) / 2, 0.5);
}

async function render({ model, el }) {
  const root = element("div", { class: "gl gl-playground" });
  el.append(root);
  const problem = problemLine();
  const showProblem = (error) => problem.show(new Error((error.message ?? String(error)).replace(/^PlaygroundError: /, "")));
  const status = element("p", { class: "gl-unseen", role: "status" });
  const picture = plane();
  const show = new Set(["map", "reals", "fakes", "arrows"]);
  let state = null;
  let frame = {};
  let pace = 2; // where in STEPS_A_FRAME
  let frames = 0;
  let sketching = null; // while the reader draws: the points so far, where the pen was last, whether it is down
  let pen = null;
  let slow = false;
  let timer = 0;

  // ---- training

  const pull = puller(
    () => {
      frames += 1;
      return ask(model, "slice", {
        steps: STEPS_A_FRAME[pace],
        milliseconds: 16,
        show: [...show],
        charts: frames % 5 === 1,
      });
    },
    (next) => {
      if (!sketching) drawFrame(next);
    },
    (error) => {
      showProblem(error);
      sayPlaying();
    },
  );

  // Ask, draw what comes back, and show what went wrong instead if it did.
  async function act(question, about = {}) {
    try {
      const answer = await ask(model, question, { show: [...show], ...about });
      problem.clear();
      drawFrame(answer);
      return answer;
    } catch (error) {
      showProblem(error);
      return null;
    }
  }

  async function restart(question, about = {}) {
    try {
      adopt(await ask(model, question, about));
      problem.clear();
      frame = {};
      if (slow) closeSlowMotion();
      if (!pull.playing) await act("look");
      return true;
    } catch (error) {
      showProblem(error);
      return false;
    }
  }

  function sayPlaying() {
    playButton.textContent = pull.playing ? "Pause" : "Play";
    status.textContent = pull.playing ? "Playing." : `Paused after ${frame.number ?? 0} steps.`;
    describe();
  }

  async function playOrPause() {
    if (sketching) return;
    if (pull.playing) pull.pause();
    else {
      if (slow) await leaveSlowMotion();
      problem.clear();
      pull.play();
    }
    sayPlaying();
  }

  async function oneStep(player) {
    pull.pause();
    if (slow) closeSlowMotion();
    sayPlaying();
    await act("step", { player });
    describe();
  }

  // ---- settings: several changes of a moving slider travel as one

  let waiting = null;
  let changing = false;
  async function change(settings) {
    waiting = { ...waiting, ...settings };
    if (changing) return;
    changing = true;
    try {
      while (waiting) {
        const next = waiting;
        waiting = null;
        const answer = await ask(model, "change_settings", next);
        if (!waiting) adopt(answer);
      }
      problem.clear();
    } catch (error) {
      waiting = null;
      adopt(state);
      showProblem(error);
    } finally {
      changing = false;
    }
    if (slow && state.part === 0) closeSlowMotion();
    if (!pull.playing) await act("look");
  }

  // Another view or a cell has changed the settings: show them here, too.
  async function follow() {
    if (changing) return; // the answer brings them
    changing = true;
    try {
      adopt(await ask(model, "state"));
      if (slow && state.part === 0) closeSlowMotion();
      redraw();
    } catch (error) {
      showProblem(error);
    } finally {
      changing = false;
    }
    if (waiting) change({});
  }

  // ---- what is shown

  function drawFrame(next, from = null) {
    frame = next;
    if (state && next.changes !== state.changes) follow();
    if (next.charts) drawCharts(next.charts);
    redraw(from);
    stepLine.textContent = `Step ${next.number}`;
    if (next.charts || !next.last) {
      const last = next.last;
      scoreLine.textContent = last
        ? `mean score of reals, D(x): ${last.real_score.toFixed(2)} \u00b7 of fakes, D(G(z)): ${last.fake_score.toFixed(2)}`
        : "no scores yet";
      sayingLine.textContent = saying(last);
    }
  }

  function redraw(from = null) {
    if (sketching) picture.sketch(sketching.points, pen);
    else if (state) {
      const shown = slow ? new Set(PARTS[Math.max(state.part, 1) - 1].show) : show;
      picture.draw(frame, { show: shown, reals: state.reals, halfWidth: state.half_width, from });
    }
  }

  function describe() {
    const shown = LAYERS.filter(([name]) => show.has(name)).map(([, words]) => words.split(/[:,]/)[0]);
    const words = sketching ? `${sketching.points.length} points of your drawing` : `after ${frame.number ?? 0} steps: ${shown.join(", ") || "nothing"}`;
    picture.canvas.setAttribute("aria-label", `The plane, ${words}. Space plays and pauses.`);
  }

  const lossChart = lineChart({ title: "Losses (dotted: D can\u2019t tell)", ...CHART });
  const scoreChart = lineChart({ title: "Mean scores (dotted: 0.5)", ...CHART });
  const klChart = lineChart({ title: "KL divergence, reals from fakes", ...CHART });
  const jsChart = lineChart({ title: "JS divergence, at most 0.69", ...CHART });
  function drawCharts(charts) {
    const [equilibriumD, equilibriumG] = charts.equilibrium;
    const xlim = [0, Math.max(frame.number, 10)];
    const end = (curve) => (curve.length ? curve[curve.length - 1].toFixed(2) : "none yet");
    lossChart.draw({
      series: [
        { name: "discriminator", tint: "discriminator", x: charts.steps, y: charts.loss_d },
        { name: "generator", tint: "generator", x: charts.steps, y: charts.loss_g },
      ],
      guides: [
        { value: equilibriumD, tint: "discriminator" },
        { value: equilibriumG, tint: "generator" },
      ],
      xlim,
      say: `Discriminator ${end(charts.loss_d)}, generator ${end(charts.loss_g)}`,
    });
    scoreChart.draw({
      series: [
        { name: "D(x), reals", tint: "real", x: charts.steps, y: charts.real_score },
        { name: "D(G(z)), fakes", tint: "fake", x: charts.steps, y: charts.fake_score },
      ],
      guides: [{ value: 0.5 }],
      xlim,
      ylim: [0, 1],
      say: `Reals ${end(charts.real_score)}, fakes ${end(charts.fake_score)}`,
    });
    for (const [chart, curve, floor] of [
      [klChart, charts.kl, charts.floor[0]],
      [jsChart, charts.js, charts.floor[1]],
    ]) {
      chart.draw({
        series: [{ name: "fakes (dotted: fresh reals)", tint: "fake", x: charts.measured, y: curve }],
        guides: [{ value: floor, tint: "real" }, { value: 0 }],
        xlim,
        say: `Fakes ${end(curve)}; fresh reals ${floor.toFixed(2)}`,
      });
    }
  }

  // ---- controls seen first

  const playButton = button("Play", playOrPause, { class: "gl-button gl-main gl-play" });
  const slowButton = button("Slow motion", () => (slow ? leaveSlowMotion() : openSlowMotion()), { "aria-pressed": "false" });
  const dataMenu = menu({ label: "Data", options: [], value: "", change: (value) => (value === "draw" ? startSketch() : chooseData(value)) });
  const bar = element(
    "div",
    { class: "gl-row" },
    playButton,
    button("Reset", () => restart("restart")),
    slowButton,
    element(
      "span",
      { class: "gl-group", role: "group", "aria-label": "One step" },
      element("span", { text: "One step:" }),
      button("D", () => oneStep("discriminator"), { "aria-label": "one step of the discriminator only" }),
      button("G", () => oneStep("generator"), { "aria-label": "one step of the generator only" }),
      button("both", () => oneStep("both"), { "aria-label": "one step of both" }),
    ),
    dataMenu.root,
  );

  function chooseData(data) {
    stopSketch();
    change({ data });
  }

  const paceSlider = slider({
    label: "Speed",
    min: 0,
    max: STEPS_A_FRAME.length - 1,
    step: 1,
    value: pace,
    say: (at) => (at ? `${STEPS_A_FRAME[at]} steps` : "1 step"),
    input: (at) => {
      pace = at;
    },
  });
  paceSlider.input.title = "steps from one picture to the next, as far as the computer keeps up";

  const legend = element("fieldset", { class: "gl-layers" }, element("legend", { text: "What the picture shows" }));
  for (const [name, words, mark] of LAYERS) {
    const box = tick({
      label: words,
      checked: show.has(name),
      change: (on) => {
        on ? show.add(name) : show.delete(name);
        describe();
        if (!pull.playing && !sketching && !slow) act("look");
      },
    });
    const symbol = element("span", { "aria-hidden": "true" });
    symbol.innerHTML = `<svg width="22" height="16">${mark}</svg>`;
    box.input.after(symbol);
    box.input.dataset.layer = name;
    legend.append(box.root);
  }

  const stepLine = element("strong", { class: "gl-steps", text: "Step 0" });
  const scoreLine = element("span", { class: "gl-scores", text: "no scores yet" });
  const sayingLine = element("p", { class: "gl-saying" });
  const probe = element("p", { class: "gl-note gl-probe", text: "Point at a place in the picture to read D\u2019s score there." });

  // ---- drawing one's own data

  const sketchBar = element(
    "div",
    { class: "gl-row", hidden: true },
    button("Use these points", useSketch, { class: "gl-button gl-main" }),
    button("Clear", () => {
      sketching = freshSketch();
      redraw();
    }),
    button("Cancel", () => {
      stopSketch();
      adopt(state);
      redraw();
    }),
    element("span", { class: "gl-note", text: "By keyboard: arrows move the pen, Enter sets a point." }),
  );

  function freshSketch() {
    return { points: [], last: null, down: false };
  }

  async function startSketch() {
    pull.pause();
    if (slow) await leaveSlowMotion();
    sayPlaying();
    sketching = freshSketch();
    pen = null;
    sketchBar.hidden = false;
    picture.canvas.classList.add("gl-sketching");
    for (const one of bar.querySelectorAll("button")) one.disabled = true;
    status.textContent = "Draw the reals in the picture.";
    describe();
    redraw();
    picture.canvas.focus();
  }

  function stopSketch() {
    sketching = pen = null;
    sketchBar.hidden = true;
    for (const one of bar.querySelectorAll("button")) one.disabled = false;
    picture.canvas.classList.remove("gl-sketching");
    describe();
  }

  async function useSketch() {
    if (!sketching.points.length) {
      problem.show(new Error("There is no point yet: draw in the picture first."));
      return;
    }
    const { points } = sketching;
    if (await restart("use_points", { points })) {
      stopSketch();
      redraw();
      status.textContent = `The data is now your drawing, ${points.length} points.`;
    }
  }

  function addPoint(point) {
    const inside = point.map((value) => Math.max(-state.half_width, Math.min(state.half_width, value)));
    const fresh = sketching.last ? stroke(sketching.last, inside, 0.03) : [inside];
    sketching.points.push(...fresh.slice(0, MOST_POINTS - sketching.points.length));
    sketching.last = inside;
    redraw();
  }

  picture.canvas.addEventListener("pointerdown", (event) => {
    if (!sketching) return;
    picture.canvas.setPointerCapture?.(event.pointerId);
    sketching.last = null;
    sketching.down = true;
    addPoint(picture.place(event));
  });
  picture.canvas.addEventListener("pointermove", (event) => {
    if (sketching?.down) addPoint(picture.place(event));
    else if (!sketching) readScore(picture.place(event));
  });
  for (const name of ["pointerup", "pointercancel"]) {
    picture.canvas.addEventListener(name, () => {
      if (sketching) sketching.down = false;
      describe();
    });
  }

  function readScore([x, y]) {
    if (!frame.map || !state) return;
    const [rows, columns] = frame.map.shape;
    const at = (value, count) => Math.max(0, Math.min(count - 1, Math.round(((value + state.half_width) / (2 * state.half_width)) * (count - 1))));
    const score = frame.map[at(y, rows) * columns + at(x, columns)] / 255;
    const verdict = score > 0.55 ? "rather real" : score < 0.45 ? "rather fake" : "can\u2019t tell";
    probe.textContent = `D\u2019s score at (${x.toFixed(1)}, ${y.toFixed(1)}): ${score.toFixed(2)}, ${verdict}.`;
  }

  const ARROW_KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
  picture.canvas.addEventListener("keydown", (event) => {
    if (!sketching && event.key === " ") playOrPause();
    else if (sketching && event.key in ARROW_KEYS) {
      const [dx, dy] = ARROW_KEYS[event.key];
      const limit = (value) => Math.max(-state.half_width, Math.min(state.half_width, value));
      pen = pen ? [limit(pen[0] + 0.08 * dx), limit(pen[1] + 0.08 * dy)] : [0, 0];
      redraw();
    } else if (sketching && event.key === "Enter") {
      pen ??= [0, 0];
      sketching.last = null;
      addPoint(pen);
    } else return;
    event.preventDefault();
  });

  // ---- slow motion

  const diagram = element("div");
  diagram.innerHTML = DIAGRAM.replaceAll("MARK", freshId());
  const mark = diagram.querySelector("marker").id;
  for (const edge of diagram.querySelectorAll(".gl-edge path")) edge.setAttribute("marker-end", `url(#${mark})`);
  const partTitle = element("p", { class: "gl-part" });
  const partText = element("p");
  const partNumbers = element("p", { class: "gl-note gl-numbers" });
  const nextButton = button("Next part", nextPart, { class: "gl-button gl-main" });
  const byItself = tick({ label: "go on by itself, every 6 seconds", checked: false, change: wind });
  const slowPanel = element(
    "section",
    { class: "gl-slow", hidden: true, "aria-label": "Slow motion" },
    element("div", { class: "gl-row" }, nextButton, button("Back to normal", leaveSlowMotion), byItself.root),
    element("div", { role: "status" }, partTitle, partText, partNumbers),
    diagram,
  );

  async function openSlowMotion() {
    if (!state) return; // the kernel is still busy with something else
    pull.pause();
    sayPlaying();
    slow = true;
    slowButton.setAttribute("aria-pressed", "true");
    slowPanel.hidden = false;
    charts.hidden = paceSlider.root.hidden = sayingLine.hidden = legend.disabled = true;
    if (state.part % PARTS.length) {
      caption(state.part, null); // another view had begun it
      redraw();
    } else await nextPart();
    nextButton.focus();
  }

  async function nextPart() {
    const part = (state.part % PARTS.length) + 1;
    const before = frame.fakes;
    nextButton.disabled = true;
    try {
      const answer = await ask(model, "next_part", { show: PARTS[part - 1].show });
      problem.clear();
      if (!slow) return; // left meanwhile
      state.part = answer.part;
      drawFrame(answer, answer.part === 10 ? before : null);
      caption(answer.part, answer.numbers);
    } catch (error) {
      showProblem(error);
      byItself.input.checked = false;
    } finally {
      nextButton.disabled = false;
      wind();
    }
  }

  function caption(part, numbers) {
    const { title, text, lit } = PARTS[part - 1];
    const mine = part <= 5 ? state.settings.updates_d : state.settings.updates_g;
    const player = part <= 5 ? "D" : "G";
    partTitle.textContent = `${part} of 10 \u00b7 ${title}`;
    partText.textContent =
      mine === 0
        ? `${player} rests (0 updates a step), so this part changes nothing.`
        : text + (mine > 1 ? ` (${player} has ${mine} updates a step: all of them are done at part ${part <= 5 ? 5 : 10}.)` : "");
    partNumbers.textContent = numbers ? measured(part, numbers) : "";
    for (const node of diagram.querySelectorAll("[data-name]")) node.classList.toggle("gl-lit", lit.includes(node.dataset.name));
  }

  function measured(part, { before, now }) {
    const change = (of) => (part % 5 ? of(now).toFixed(3) : `${of(before).toFixed(3)} \u2192 ${of(now).toFixed(3)}`);
    if (part === 3) return `Mean score of these reals ${now.real_score.toFixed(3)}, of these fakes ${now.fake_score.toFixed(3)}.`;
    if (part === 4 || part === 5) {
      const halves = part === 4 ? ` (${now.real_loss.toFixed(3)} on reals, ${now.fake_loss.toFixed(3)} on fakes)` : "";
      return `Loss of D on this batch: ${change((one) => one.real_loss + one.fake_loss)}${halves}.`;
    }
    if (part === 8) return `Mean score of these fakes ${now.fake_score.toFixed(3)}.`;
    if (part >= 9) return `Loss of G on this noise: ${change((one) => one.generator_loss)}.`;
    return "";
  }

  function wind() {
    clearTimeout(timer);
    if (slow && byItself.input.checked) timer = setTimeout(nextPart, PAUSE_BETWEEN_PARTS);
  }

  function closeSlowMotion() {
    slow = false;
    clearTimeout(timer);
    byItself.input.checked = false;
    slowButton.setAttribute("aria-pressed", "false");
    slowPanel.hidden = true;
    charts.hidden = paceSlider.root.hidden = sayingLine.hidden = legend.disabled = false;
    if (state) state.part = 0;
  }

  async function leaveSlowMotion() {
    closeSlowMotion();
    await act("leave_slow_motion");
    describe();
  }

  // ---- the groups of controls below

  const rates = {};
  const updates = {};
  const menus = {};
  function choice(name, label, words = inWords) {
    const field = menu({ label, options: [], value: "", change: (value) => change({ [name]: typeof state.settings[name] === "number" ? Number(value) : value }) });
    menus[name] = { ...field, words };
    return field.root;
  }

  function player(name, letter, title) {
    rates[letter] = slider({
      label: "learning rate",
      min: 0,
      max: RATES.length - 1,
      step: 1,
      value: 0,
      say: (at) => String(RATES[at]),
      input: (at) => change({ [`rate_${letter}`]: RATES[at] }),
    });
    updates[letter] = slider({
      label: "updates a step",
      min: 0,
      max: 5,
      step: 1,
      value: 1,
      say: (count) => (count ? String(count) : "0: rests"),
      input: (count) => change({ [`updates_${letter}`]: count }),
    });
    const note = element("p", { class: "gl-note gl-own", hidden: true, text: `This is your own ${name}: its layers are set in your code.` });
    return element(
      "fieldset",
      { class: `gl-of-${letter}` },
      element("legend", { text: title }),
      rates[letter].root,
      updates[letter].root,
      choice(`optimizer_${letter}`, "optimizer"),
      element(
        "div",
        { class: "gl-row" },
        choice(`depth_${letter}`, "hidden layers", String),
        choice(`neurons_${letter}`, "neurons in each", String),
      ),
      note,
    );
  }

  const seedId = freshId();
  const seedField = element("input", {
    id: seedId,
    type: "number",
    min: 0,
    step: 1,
    class: "gl-seed",
    onchange: () => change({ seed: Math.max(0, Math.trunc(Number(seedField.value) || 0)) }),
    ...OWN_KEYS,
  });
  const fileField = element("input", { type: "file", accept: ".safetensors", hidden: true, onchange: loadFile });

  async function saveFile() {
    try {
      const { file } = await ask(model, "save");
      const link = element("a", { href: URL.createObjectURL(new Blob([file])), download: "playground.safetensors" });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10000);
      problem.clear();
      status.textContent = "Saved as playground.safetensors.";
      if (slow) closeSlowMotion();
    } catch (error) {
      showProblem(error);
    }
  }

  async function loadFile() {
    const file = fileField.files[0];
    fileField.value = "";
    if (!file) return;
    pull.pause();
    sayPlaying();
    const text = await new Promise((resolve, reject) => {
      const reader = new FileReader();
      reader.onload = () => resolve(reader.result.split(",")[1] ?? "");
      reader.onerror = () => reject(reader.error);
      reader.readAsDataURL(file);
    });
    if (await restart("load", { file: text })) status.textContent = `Loaded, at step ${frame.number}.`;
  }

  const groups = [
    [
      "The two players: loss, learning rates, optimizers, layers",
      element("div", { class: "gl-row" }, choice("loss", "loss")),
      element("div", { class: "gl-columns" }, player("discriminator", "d", "Discriminator D"), player("generator", "g", "Generator G")),
      element("p", {
        class: "gl-note",
        text: "Loss, learning rate, updates and optimizer change the running game; an optimizer starts anew with the weights as they are. Plain SGD wants a learning rate ten to a hundred times that of Adam. Layers and neurons start the game afresh.",
      }),
    ],
    [
      "Noise and seed",
      element(
        "div",
        { class: "gl-row" },
        choice("noise", "noise"),
        choice("latent_dim", "numbers in z", String),
        element("span", { class: "gl-field" }, element("label", { for: seedId, text: "seed" }), seedField),
      ),
      element("p", {
        class: "gl-note",
        text: "Each of these starts the game afresh. With one number of noise the generator can only bend a thread; with two it can stretch a sheet. The same seed with the same settings repeats a run exactly.",
      }),
    ],
    [
      "Save and load",
      element("div", { class: "gl-row" }, button("Save to a file", saveFile), button("Load a file", () => fileField.click()), fileField),
      element("p", { class: "gl-note", text: "The file holds both networks, both optimizers, all settings and the curves: a loaded game goes on where it was." }),
    ],
    [
      "What am I looking at?",
      element("p", { text: "Two networks play against each other. The discriminator D scores every place in the plane: how probable is it that a point here is real? The generator G turns noise into fakes and wants them to score high." }),
      element("p", { text: "Why do the fakes move? D\u2019s map is a landscape. G\u2019s loss falls where D\u2019s score rises, so each fake is pulled uphill: that is its arrow. G can only move its weights, which it shares among all fakes, so no fake follows its arrow alone. Once they have moved, D learns to tell reals from the fakes at their new place, the hill moves, and the chase goes on until the fakes lie where the reals lie and the ground is level." }),
      element("p", { text: "The losses don\u2019t both fall: what helps one player hurts the other. The distance of the fakes from the reals tells the progress. KL punishes places that have reals but no fakes; JS lies between 0 (the same) and 0.69 (nothing in common). Both are measured on a grid of 20 x 20 cells, and for KL a hundredth of the fakes is spread evenly, or one empty cell would make it infinite. The dotted line is what a fresh draw of reals gets: about as low as a perfect generator would come." }),
    ],
  ].map(([title, ...parts]) => element("details", {}, element("summary", { text: title, ...OWN_KEYS }), ...parts));

  // ---- the state of the kernel onto the controls

  function fill(field, options, value, words) {
    const wanted = options.join();
    if (field.input.dataset.options !== wanted) {
      field.input.dataset.options = wanted;
      field.input.replaceChildren(...options.map((option) => element("option", { value: option, text: words(option) })));
    }
    field.input.value = value;
  }

  function adopt(next) {
    state = next;
    const { settings, choices, own } = next;
    fill(dataMenu, [...choices.data, "draw"], settings.data, (name) => (name === "draw" ? "draw your own \u2026" : inWords(name)));
    for (const [name, field] of Object.entries(menus)) fill(field, choices[name], settings[name], field.words);
    for (const [letter, at] of [["d", 1], ["g", 0]]) {
      const rate = settings[`rate_${letter}`];
      rates[letter].value = RATES.reduce((best, one, index) => (Math.abs(Math.log(one / rate)) < Math.abs(Math.log(RATES[best] / rate)) ? index : best), 0);
      rates[letter].show(String(rate));
      updates[letter].value = settings[`updates_${letter}`];
      for (const name of [`depth_${letter}`, `neurons_${letter}`]) {
        menus[name].input.disabled = own[at];
      }
      root.querySelector(`.gl-of-${letter} .gl-own`).hidden = !own[at];
    }
    menus.latent_dim.input.disabled = choices.latent_dim.length === 1;
    seedField.value = settings.seed;
  }

  const charts = element("div", { class: "gl-charts" }, lossChart.root, scoreChart.root, klChart.root, jsChart.root);
  root.append(
    bar,
    problem.root,
    sketchBar,
    element(
      "div",
      { class: "gl-columns gl-stage" },
      element("div", { class: "gl-left" }, picture.canvas, probe, legend),
      element(
        "div",
        { class: "gl-right" },
        element("p", {}, stepLine, document.createTextNode(" \u00b7 "), scoreLine),
        sayingLine,
        paceSlider.root,
        slowPanel,
        charts,
      ),
    ),
    ...groups,
    status,
  );

  try {
    adopt(await ask(model, "state"));
    await act("look");
    if (state.part && state.part < 10) await openSlowMotion();
  } catch (error) {
    showProblem(error);
    for (const control of root.querySelectorAll("button, input, select")) control.disabled = true;
  }
  describe();
  return () => {
    pull.pause();
    closeSlowMotion();
  };
}

export default { render };


// ---- LossLab: one small pair of pictures a loss, the loss on the left or above, its gradient beside or below

const RANGES = { values: [-8, 8], gradients: [-2.5, 1.5] };
const TICKS = { values: [-8, 0, 8], gradients: [-2, -1, 0, 1] };
const TITLES = { values: "loss", gradients: "gradient" };
const PAD = { left: 26, right: 6, top: 18, bottom: 18 };

export function indexOf(logits, t) {
  const step = (logits[logits.length - 1] - logits[0]) / (logits.length - 1);
  return Math.max(0, Math.min(logits.length - 1, Math.round((t - logits[0]) / step)));
}

export function isFlat(loss, index) {
  return loss.flat.some(([first, last]) => first <= index && index <= last);
}

// What a loss does to a fake at that place, in words.
export function verdict(loss, index, t) {
  if (isFlat(loss, index)) return t < 0 ? "flat here: it teaches next to nothing" : "flat here: it has what it wants";
  const gradient = loss.gradients[index];
  const size = Math.abs(gradient).toFixed(2);
  return gradient < 0 ? `pushes the logit up, by ${size}` : `pulls the logit back, by ${size}`;
}

const nameOf = (loss) => loss.name.replaceAll("_", "-");
const signed = (value, digits) => value.toFixed(digits).replace("-", "\u2212");

function lossPanel(loss, logits, kind, drag) {
  const label = `${nameOf(loss)}: ${TITLES[kind]} against the logit t of a fake`;
  const { canvas, context, fit } = sharpCanvas(200, 132, label);
  canvas.classList.add("gl-lab-panel");
  let width = 200;
  const height = 132;
  const [low, high] = RANGES[kind];
  const toX = (t) => PAD.left + ((t - logits[0]) / (logits[logits.length - 1] - logits[0])) * (width - PAD.left - PAD.right);
  const toY = (value) => height - PAD.bottom - ((value - low) / (high - low)) * (height - PAD.top - PAD.bottom);
  const inside = (value) => Math.max(low, Math.min(high, value));
  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    const share = ((event.clientX - box.left) / box.width) * width - PAD.left;
    drag((share / (width - PAD.left - PAD.right)) * (logits[logits.length - 1] - logits[0]) + logits[0]);
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    place(event);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (canvas.hasPointerCapture(event.pointerId)) place(event);
  });

  function path(from, to) {
    context.beginPath();
    for (let at = from; at <= to; at += 1) context.lineTo(toX(logits[at]), toY(loss[kind][at]));
    context.stroke();
  }
  function draw(t, fakes) {
    const ink = tint(canvas, "ink");
    context.clearRect(0, 0, width, height);
    context.font = "12px sans-serif";
    context.lineWidth = 1;
    context.fillStyle = ink;
    context.textBaseline = "top";
    context.textAlign = "left";
    context.fillText(TITLES[kind], PAD.left + 2, 1);
    for (const [first, last] of loss.flat) {
      const left = toX(logits[first]) - 2;
      const right = toX(logits[last]) + 2;
      context.fillStyle = tint(canvas, "soft");
      context.fillRect(left, PAD.top, right - left, height - PAD.top - PAD.bottom);
      context.fillStyle = ink;
      context.textAlign = "center";
      if (right - left > 30) context.fillText("flat", (left + right) / 2, PAD.top + 4);
    }
    context.strokeStyle = tint(canvas, "guide");
    context.fillStyle = ink;
    context.textAlign = "right";
    context.textBaseline = "middle";
    for (const value of TICKS[kind]) context.fillText(signed(value, 0), PAD.left - 4, toY(value));
    context.textBaseline = "top";
    for (const [value, align] of [[-10, "left"], [0, "center"], [10, "right"]]) {
      context.textAlign = align;
      context.fillText(signed(value, 0), toX(value), height - PAD.bottom + 4);
    }
    context.strokeRect(PAD.left, PAD.top, 0, height - PAD.top - PAD.bottom);
    for (const [from, to] of [[[-10, 0], [10, 0]], [[t, low], [t, high]]]) {
      context.beginPath();
      context.moveTo(toX(from[0]), toY(from[1]));
      context.lineTo(toX(to[0]), toY(to[1]));
      context.stroke();
    }
    context.save();
    context.beginPath();
    context.rect(PAD.left, PAD.top - 1, width - PAD.left - PAD.right, height - PAD.top - PAD.bottom + 2);
    context.clip();
    context.strokeStyle = tint(canvas, "generator");
    context.lineWidth = 2;
    path(0, logits.length - 1);
    context.lineWidth = 5;
    for (const [first, last] of loss.flat) path(first, last);
    context.restore();
    context.strokeStyle = tint(canvas, "fake");
    context.lineWidth = 1;
    context.globalAlpha = 0.6;
    for (const fake of fakes) {
      const at = indexOf(logits, fake);
      const y = toY(inside(loss[kind][at]));
      context.beginPath();
      context.moveTo(toX(logits[at]), y - 6);
      context.lineTo(toX(logits[at]), y + 6);
      context.stroke();
    }
    context.globalAlpha = 1;
    const at = indexOf(logits, t);
    if (kind === "values") drawPush(at);
    context.beginPath();
    context.arc(toX(t), toY(inside(loss[kind][at])), 6, 0, 2 * Math.PI);
    context.fillStyle = tint(canvas, "fake");
    context.fill();
    context.lineWidth = 2;
    context.strokeStyle = tint(canvas, "paper");
    context.stroke();
  }
  // the way the generator's update pushes the logit: against the gradient, the longer the steeper
  function drawPush(at) {
    const gradient = Math.max(-2, Math.min(2, loss.gradients[at]));
    if (isFlat(loss, at)) return;
    const [x, y] = [toX(logits[at]), toY(inside(loss.values[at]))];
    const end = Math.max(PAD.left + 2, Math.min(width - 2, x - Math.sign(gradient) * (10 + 14 * Math.abs(gradient))));
    const back = Math.sign(end - x) * 6;
    context.strokeStyle = tint(canvas, "ink");
    context.lineWidth = 2;
    context.beginPath();
    context.moveTo(x, y);
    context.lineTo(end, y);
    context.moveTo(end - back, y - 4);
    context.lineTo(end, y);
    context.lineTo(end - back, y + 4);
    context.stroke();
  }
  return {
    canvas,
    draw,
    say(t) {
      canvas.setAttribute("aria-label", `${label}. At ${signed(t, 1)} it is ${signed(loss[kind][indexOf(logits, t)], 2)}`);
    },
    refit(newWidth) {
      width = newWidth;
      fit(width, height);
    },
  };
}

function lossFigure(loss, logits, drag) {
  const panels = ["values", "gradients"].map((kind) => lossPanel(loss, logits, kind, drag));
  const numbers = element("div", { class: "gl-lab-numbers" });
  const words = element("div", { class: "gl-lab-verdict" });
  const canvases = element("div", { class: "gl-lab-pair" }, ...panels.map((panel) => panel.canvas));
  const caption = element("figcaption", { text: nameOf(loss) });
  return {
    panels,
    root: element("figure", { class: "gl-figure gl-lab-loss" }, caption, canvases, numbers, words),
    draw(t, fakes) {
      const index = indexOf(logits, t);
      panels.forEach((panel) => panel.draw(t, fakes));
      numbers.textContent = `loss ${signed(loss.values[index], 2)}, gradient ${signed(loss.gradients[index], 3)}`;
      words.textContent = verdict(loss, index, t);
      words.classList.toggle("gl-lab-flat", isFlat(loss, index));
    },
  };
}

// Which losses are flat under the finger: read out when it changes.
export function flatSentence(all, logits, t) {
  const index = indexOf(logits, t);
  const flat = all.filter((loss) => isFlat(loss, index)).map(nameOf);
  if (!flat.length) return "None of the five is flat here.";
  const names = flat.join(" and ");
  const why = t < 0 ? "it teaches next to nothing, though the fake is bad" : "it has what it wants";
  return `${names[0].toUpperCase()}${names.slice(1)} is flat here: ${why}.`;
}

// How sure D is of a score, in words.
function sureness(score) {
  if (score < 0.02) return "D is sure that it is fake";
  if (score < 0.4) return "D takes it for fake";
  if (score <= 0.6) return "D can't tell";
  return score <= 0.98 ? "D takes it for real" : "D is sure that it is real";
}

function pullTable(all, strongest) {
  const rows = all.map((loss) => {
    const bar = element("span", { class: "gl-lab-bar", "aria-hidden": "true" });
    const cells = { bar, pull: element("span"), flat: element("td") };
    cells.root = element("tr", {}, element("th", { scope: "row", text: nameOf(loss) }), element("td", {}, cells.pull, bar), cells.flat);
    return cells;
  });
  const heads = ["loss", "mean size of the gradient", "flat for"].map((text) => element("th", { scope: "col", text }));
  return {
    root: element("table", {}, element("thead", {}, element("tr", {}, ...heads)), element("tbody", {}, ...rows.map((row) => row.root))),
    draw(pulls, flats, count) {
      rows.forEach((row, index) => {
        row.pull.textContent = pulls[index].toFixed(2);
        row.bar.style.width = `${(60 * pulls[index]) / strongest}%`;
        row.flat.textContent = `${flats[index]} of ${count}`;
      });
    },
  };
}

export default {
  render({ model, el }) {
    const { curves, moments } = unpack(model.get("content"));
    const { logits, losses } = curves;
    const [frames, count] = moments.logits.shape;
    const set = (name, value) => {
      model.set(name, value);
      model.save_changes();
    };
    const drag = (t) => set("logit", Math.max(-10, Math.min(10, Math.round(t * 10) / 10)));

    const byKey = slider({
      label: "logit t of the fake",
      min: -10,
      max: 10,
      step: 0.1,
      value: model.get("logit"),
      input: drag,
      say: (t) => signed(t, 1),
    });
    const score = element("p", { class: "gl-lab-score" });
    const flat = element("p", { role: "status", class: "gl-lab-status" });
    const figures = losses.map((loss) => lossFigure(loss, logits, drag));
    const grid = element("div", { class: "gl-lab-grid" }, ...figures.map((figure) => figure.root));
    const byMoment = slider({
      label: "moment of the run",
      min: 0,
      max: frames - 1,
      step: 1,
      value: model.get("moment"),
      input: (moment) => set("moment", moment),
      say: (moment) => moments.labels[moment],
    });
    const about = element("p");
    const table = pullTable(losses, Math.max(...moments.pull));
    const root = element(
      "div",
      { class: "gl gl-loss-lab", role: "group", "aria-label": "LossLab: the generator's five losses" },
      element("p", { class: "gl-note", text: "Drag the point on any curve, or use the slider. The arrow shows where the generator's update pushes the logit." }),
      byKey.root,
      score,
      flat,
      grid,
      element(
        "fieldset",
        {},
        element("legend", { text: `The ${count} fakes of a real training (small ticks on the curves)` }),
        byMoment.root,
        about,
        table.root,
      ),
    );

    let settled = null;
    const draw = () => {
      const t = model.get("logit");
      const moment = model.get("moment");
      const fakes = moments.logits.subarray(moment * count, (moment + 1) * count);
      figures.forEach((figure) => figure.draw(t, fakes));
      byKey.value = t;
      byMoment.value = moment;
      const likely = 1 / (1 + Math.exp(-t));
      score.textContent = `D's score of this fake, sigmoid(t), is ${likely.toFixed(3)}: ${sureness(likely)}.`;
      const sentence = flatSentence(losses, logits, t);
      if (flat.textContent !== sentence) flat.textContent = sentence;
      const mean = fakes.reduce((sum, fake) => sum + fake, 0) / count;
      const [lowest, highest] = [Math.min(...fakes), Math.max(...fakes)].map((fake) => signed(fake, 1));
      const where = lowest === highest ? `all lie at ${lowest}` : `lie between ${lowest} and ${highest}, ${signed(mean, 1)} on average`;
      about.textContent = `${moments.labels[moment]}: the logits of the fakes ${where}.`;
      const column = (values) => losses.map((_, index) => values[index * frames + moment]);
      table.draw(column(moments.pull), column(moments.flat), count);
      clearTimeout(settled);
      settled = setTimeout(() => figures.forEach((figure) => figure.panels.forEach((panel) => panel.say(t))), 300);
    };

    el.append(root);
    const watch = new ResizeObserver(() => {
      const shown = figures[0].panels[0].canvas.parentElement;
      const pair = getComputedStyle(shown).flexDirection === "row";
      const width = Math.floor(pair ? (shown.clientWidth - 8) / 2 : shown.clientWidth);
      if (width < 40) return;
      figures.forEach((figure) => figure.panels.forEach((panel) => panel.refit(width)));
      draw();
    });
    watch.observe(root);
    model.on("change:logit", draw);
    model.on("change:moment", draw);
    draw();
    return () => {
      watch.disconnect();
      clearTimeout(settled);
      model.off("change:logit", draw);
      model.off("change:moment", draw);
    };
  },
};

// What all widgets share in the browser. The file of each widget is appended to this one (see base.py), so that what is
// loaded is one self-contained module.

// ---- elements

// element("p", { class: "gl-note", text: "..." }, child, ...): unknown properties become attributes, on... listeners.
function element(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "text") node.textContent = value;
    else if (name === "class") node.className = value;
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "value") node.value = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

let lastId = 0;
function freshId() {
  lastId += 1;
  return `gl-${lastId}-${Math.random().toString(36).slice(2, 8)}`;
}

// Without this JupyterLab takes the keys: "a" inserts a cell, and arrows never reach a slider.
const OWN_KEYS = { "data-lm-suppress-shortcuts": "true" };

function button(label, action, properties = {}) {
  return element("button", { type: "button", class: "gl-button", text: label, onclick: action, ...OWN_KEYS, ...properties });
}

// A labelled slider. `say(value)` is its text, seen beside it and heard by a screen reader.
function slider({ label, min, max, step, value, input, say = (number) => String(number), disabled = false }) {
  const id = freshId();
  const output = element("output", { class: "gl-value", for: id, "aria-live": "off" }); // the slider says it itself
  const range = element("input", { type: "range", id, min, max, step, disabled, ...OWN_KEYS });
  const show = (text = say(Number(range.value))) => {
    output.textContent = text;
    range.setAttribute("aria-valuetext", output.textContent);
  };
  range.value = value;
  range.addEventListener("input", () => {
    show();
    input(Number(range.value));
  });
  show();
  return {
    root: element("div", { class: "gl-slider" }, element("label", { for: id, text: label }), range, output),
    input: range,
    show, // show(text): what is set, where that lies between its steps or beyond its ends
    get value() {
      return Number(range.value);
    },
    set value(number) {
      range.value = number;
      show();
    },
  };
}

// A labelled menu; options are [value, text] pairs.
function menu({ label, options, value, change }) {
  const id = freshId();
  const select = element("select", { id, onchange: () => change(select.value), ...OWN_KEYS });
  for (const [option, text] of options) select.append(element("option", { value: option, text }));
  select.value = value;
  return { root: element("div", { class: "gl-field" }, element("label", { for: id, text: label }), select), input: select };
}

// A labelled box to tick.
function tick({ label, checked, change }) {
  const box = element("input", { type: "checkbox", onchange: () => change(box.checked), ...OWN_KEYS });
  box.checked = checked;
  return { root: element("label", { class: "gl-tick" }, box, document.createTextNode(label)), input: box };
}

// A question with one answer to choose: `choose(index)` is told. The question is read out with each answer.
function choice({ question, options, choose }) {
  const name = freshId();
  const inputs = options.map((_, index) => element("input", { type: "radio", name, onchange: () => choose(index), ...OWN_KEYS }));
  const labels = inputs.map((input, index) => element("label", { class: "gl-tick" }, input, element("span", { text: options[index] })));
  const root = element("fieldset", { class: "gl-choice" }, element("legend", { text: question }), ...labels);
  return { root, inputs, labels };
}

// Where an exception is shown, and read out at once.
function problemLine() {
  const root = element("p", { class: "gl-problem", role: "alert", hidden: true });
  return {
    root,
    show(error) {
      root.textContent = error.message ?? String(error);
      root.hidden = false;
    },
    clear() {
      root.hidden = true;
    },
  };
}

// ---- the kernel

// ask(model, "slice", { milliseconds: 50 }): the promise of what the Python method of that name answers. Arrays in the
// answer are typed arrays. Rejected with what the method raised, or when no kernel answers.
function ask(model, question, about = {}) {
  const id = freshId();
  return new Promise((resolve, reject) => {
    const listen = (content, buffers) => {
      if (content.id !== id) return;
      model.off("msg:custom", listen);
      if (content.error === undefined) resolve(unpack(content.reply, buffers));
      else reject(new Error(content.error));
    };
    model.on("msg:custom", listen);
    try {
      model.send({ id, ask: question, about });
    } catch (error) {
      model.off("msg:custom", listen);
      reject(error);
    }
  });
}

const ARRAYS = { uint8: Uint8Array, int32: Int32Array, float32: Float32Array };

// Nested values as base.py packs them; each description of bytes becomes a typed array with a `shape`.
function unpack(value, buffers = []) {
  if (Array.isArray(value)) return value.map((item) => unpack(item, buffers));
  if (value === null || typeof value !== "object") return value;
  if (Object.keys(value).join() === "float") return { inf: Infinity, "-inf": -Infinity }[value.float] ?? NaN;
  if ("dtype" in value && "shape" in value) {
    const view = "buffer" in value ? buffers[value.buffer] : value.bytes;
    const bytes = new Uint8Array(view.buffer ?? view, view.byteOffset ?? 0, view.byteLength);
    const array = new ARRAYS[value.dtype](bytes.slice().buffer); // a copy: the bytes may lie at an odd address
    array.shape = value.shape;
    return array;
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, unpack(item, buffers)]));
}

function nextFrame() {
  // a hidden tab has no frames, and goes on all the same
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, 200);
    requestAnimationFrame(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

// Training that the browser pulls: `request()` promises a frame, `draw(frame)` shows it, and while it is drawn the
// kernel works on the next. `ahead` requests are under way at a time: with one, sliders and other cells find the kernel
// free soonest; with two, it never waits for the browser. While hands are on the page, whatever they move, there is at
// most one, and a pause before the next, in which the kernel answers the hands.
const HANDS = ["keydown", "input", "pointermove"];
const PAUSE = 50; // milliseconds
function puller(request, draw, fail, ahead = 1) {
  let round = 0;
  const pull = {
    playing: false,
    async play() {
      if (pull.playing) return;
      pull.playing = true;
      const mine = (round += 1);
      let touched = -Infinity;
      const touch = (event) => {
        if (event.type !== "pointermove" || event.buttons) touched = performance.now();
      };
      HANDS.forEach((kind) => document.addEventListener(kind, touch, { capture: true, passive: true }));
      const asked = [];
      const keepAsking = (count) => {
        while (asked.length < count) {
          asked.push(request());
          asked.at(-1).catch(() => {}); // met by the await below
        }
      };
      try {
        keepAsking(ahead);
        while (true) {
          const frame = await asked.shift();
          if (mine !== round) return;
          const handsOn = performance.now() - touched < 300;
          if (handsOn && pull.playing) {
            draw(frame);
            await new Promise((resolve) => setTimeout(resolve, PAUSE));
            if (mine !== round) return;
          }
          if (!pull.playing) {
            if (asked.length) continue; // paused: the last frame is drawn, when it comes
            draw(frame);
            return;
          }
          keepAsking(handsOn ? 1 : ahead);
          if (!handsOn) draw(frame);
          if (ahead === 1) await nextFrame(); // who asks ahead waits for the kernel alone
        }
      } catch (error) {
        if (mine === round) {
          pull.playing = false;
          fail(error);
        }
      } finally {
        HANDS.forEach((kind) => document.removeEventListener(kind, touch, { capture: true }));
      }
    },
    pause() {
      pull.playing = false;
    },
  };
  return pull;
}

// ---- pictures

// The tint of that name in the theme of the moment: generator, discriminator, real, fake, ink, paper, guide.
function tint(node, name) {
  return getComputedStyle(node).getPropertyValue(`--gl-${name}`).trim() || "#888";
}

// A canvas of so many CSS pixels, sharp on any screen; `context` draws in CSS pixels.
function sharpCanvas(width, height, label) {
  const canvas = element("canvas", { role: "img", "aria-label": label, class: "gl-canvas" });
  const context = canvas.getContext("2d");
  const fit = (newWidth, newHeight) => {
    const ratio = Math.min(globalThis.devicePixelRatio || 1, 2);
    canvas.width = Math.round(newWidth * ratio);
    canvas.height = Math.round(newHeight * ratio);
    canvas.style.aspectRatio = `${newWidth} / ${newHeight}`;
    canvas.style.width = `${newWidth}px`;
    context.setTransform(canvas.width / newWidth, 0, 0, canvas.height / newHeight, 0, 0);
  };
  fit(width, height);
  return { canvas, context, width, height, fit };
}

// Pixels 0 to 255 of `count` images of 28 x 28 on a canvas, `columns` a row, 2 pixels apart; ink is dark, paper white.
function drawImages(canvas, pixels, columns, side = 28, gap = 2) {
  const count = pixels.length / (side * side);
  const rows = Math.ceil(count / columns);
  canvas.width = columns * (side + gap) - gap;
  canvas.height = rows * (side + gap) - gap;
  const context = canvas.getContext("2d");
  const sheet = context.createImageData(canvas.width, canvas.height);
  sheet.data.fill(255);
  for (let index = 0; index < count; index += 1) {
    const left = (index % columns) * (side + gap);
    const top = Math.floor(index / columns) * (side + gap);
    for (let y = 0; y < side; y += 1) {
      for (let x = 0; x < side; x += 1) {
        const grey = 255 - pixels[(index * side + y) * side + x];
        const at = ((top + y) * canvas.width + left + x) * 4;
        sheet.data[at] = sheet.data[at + 1] = sheet.data[at + 2] = grey;
      }
    }
  }
  context.putImageData(sheet, 0, 0);
}

// The line styles of `plots`: colour is never the only carrier.
const DASHES = [[], [6, 4], [6, 3, 1.5, 3], [2, 3]];

// Curves over a common kind of x. draw({ series: [{ name, tint, x, y }], guides: [{ value, tint }], marker, ylim, say });
// marker is one x, or a list of them.
function lineChart({ title, xlabel = "", width = 320, height = 180 }) {
  const { canvas, context } = sharpCanvas(width, height, title);
  const figure = element("figure", { class: "gl-figure" }, element("figcaption", { text: title }), canvas);
  const legend = element("div", { class: "gl-legend", "aria-hidden": "true" });
  figure.append(legend);
  let names = "";
  const pad = { left: 40, right: 8, top: 8, bottom: xlabel ? 32 : 18 };
  function draw({ series, guides = [], marker = null, ylim = null, xlim = null, say = "" }) {
    const shown = series.filter((curve) => curve.x.length);
    const [low, high] = ylim ?? spread(shown.map((curve) => curve.y), guides.map((guide) => guide.value));
    const [first, last] = xlim ?? spread(shown.map((curve) => curve.x), []);
    const toX = (x) => pad.left + ((x - first) / (last - first || 1)) * (width - pad.left - pad.right);
    const toY = (y) => height - pad.bottom - ((y - low) / (high - low || 1)) * (height - pad.top - pad.bottom);
    context.clearRect(0, 0, width, height);
    context.font = "12px sans-serif";
    context.lineWidth = 1;
    context.strokeStyle = context.fillStyle = tint(canvas, "ink");
    context.strokeRect(pad.left, pad.top, 0, height - pad.top - pad.bottom);
    context.strokeRect(pad.left, height - pad.bottom, width - pad.left - pad.right, 0);
    context.textAlign = "right";
    context.textBaseline = "middle";
    for (const value of [low, (low + high) / 2, high]) context.fillText(short(value), pad.left - 5, toY(value));
    context.textBaseline = "top";
    if (shown.length) {
      context.textAlign = "left";
      context.fillText(short(first), pad.left, height - pad.bottom + 4);
      context.textAlign = "right";
      context.fillText(short(last), width - pad.right, height - pad.bottom + 4);
    }
    context.textAlign = "center";
    if (xlabel) context.fillText(xlabel, (pad.left + width - pad.right) / 2, height - 15);
    context.save();
    context.beginPath();
    context.rect(pad.left, pad.top - 2, width - pad.left - pad.right, height - pad.top - pad.bottom + 4);
    context.clip();
    for (const guide of guides) stroke(guide.tint ?? "guide", [1, 3], 1, [[pad.left, toY(guide.value)], [width, toY(guide.value)]]);
    [marker ?? []].flat().forEach((x, index) => {
      stroke("ink", DASHES[index], 1.5, [[toX(x), pad.top], [toX(x), height - pad.bottom]]);
    });
    series.forEach((curve, index) => {
      const points = Array.from(curve.x, (x, at) => [toX(x), toY(curve.y[at])]);
      stroke(curve.tint, curve.dash ?? DASHES[index % DASHES.length], 2, points);
    });
    context.restore();
    canvas.setAttribute("aria-label", say ? `${title}. ${say}` : title);
    const wanted = series.map((curve) => curve.name).join();
    if (wanted !== names) {
      names = wanted;
      legend.replaceChildren(...series.map((curve, index) => key(curve, index)));
    }
  }
  function stroke(name, dash, thickness, points) {
    if (!points.length) return;
    context.strokeStyle = name.startsWith("#") ? name : tint(canvas, name);
    context.lineWidth = thickness;
    context.setLineDash(dash);
    context.beginPath();
    points.forEach(([x, y], at) => (at ? context.lineTo(x, y) : context.moveTo(x, y)));
    context.stroke();
    context.setLineDash([]);
  }
  function key(curve, index) {
    const dash = (curve.dash ?? DASHES[index % DASHES.length]).join(" ");
    const colour = curve.tint.startsWith("#") ? curve.tint : `var(--gl-${curve.tint})`;
    const mark = element("span");
    mark.innerHTML = `<svg width="26" height="8"><path d="M0 4H26" stroke="${colour}" stroke-width="2" stroke-dasharray="${dash}"/></svg>`;
    return element("span", {}, mark, document.createTextNode(` ${curve.name}`));
  }
  return { root: figure, draw };
}

// The smallest and largest finite number of several lists, and of `also`, with some air.
function spread(lists, also) {
  let low = Infinity;
  let high = -Infinity;
  for (const list of [...lists, also]) {
    for (const value of list) {
      if (!Number.isFinite(value)) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  if (low > high) return [0, 1];
  return low === high ? [low - 0.5, high + 0.5] : [low, high];
}

// A number in few characters, as an axis shows it.
function short(value) {
  if (Math.abs(value) >= 10000) return `${Math.round(value / 1000)}k`;
  if (Number.isInteger(value)) return String(value);
  if (Math.abs(value) < 0.001) return value.toExponential(0);
  return Math.abs(value) >= 100 ? value.toFixed(0) : Math.abs(value) >= 0.1 ? value.toFixed(2) : value.toPrecision(1);
}

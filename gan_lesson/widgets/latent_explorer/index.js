
// ---- the networks in the browser

// What the layers described by layers.py make of one input: an image of 28 x 28, or logits.
export function forward(layers, input) {
  let values = Float32Array.from(input); // a copy: activations work in place
  for (const layer of layers) values = LAYERS[layer.kind](layer, values);
  return values;
}

const LAYERS = {
  linear,
  convolution,
  "transposed convolution": transposedConvolution,
  "scale and shift": ({ scale, shift }, values) => eachChannel(values, scale.length, (channel) => [scale[channel], shift[channel]]),
  "group norm": groupNorm,
  "leaky relu"({ slope }, values) {
    for (let at = 0; at < values.length; at += 1) if (values[at] < 0) values[at] *= slope;
    return values;
  },
  tanh: (_, values) => values.map(Math.tanh),
  sigmoid: (_, values) => values.map(sigmoid),
};

function sigmoid(logit) {
  return 1 / (1 + Math.exp(-logit));
}

// Eight sums side by side, since one sum would have to wait for itself at every addition.
function linear({ weight, bias }, values) {
  const outputs = bias.length;
  const inputs = values.length;
  const whole = inputs - (inputs % 8);
  const result = new Float32Array(outputs);
  let at = 0;
  for (let row = 0; row < outputs; row += 1) {
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    let e = 0;
    let f = 0;
    let g = 0;
    let h = 0;
    let column = 0;
    for (; column < whole; column += 8) {
      a += weight[at] * values[column];
      b += weight[at + 1] * values[column + 1];
      c += weight[at + 2] * values[column + 2];
      d += weight[at + 3] * values[column + 3];
      e += weight[at + 4] * values[column + 4];
      f += weight[at + 5] * values[column + 5];
      g += weight[at + 6] * values[column + 6];
      h += weight[at + 7] * values[column + 7];
      at += 8;
    }
    for (; column < inputs; column += 1, at += 1) a += weight[at] * values[column];
    result[row] = bias[row] + (a + b + (c + d)) + (e + f + (g + h));
  }
  return result;
}

function convolution({ weight, bias, stride, padding, before, after }, values) {
  const [channels, height, width] = before;
  const [filters, rows, columns] = after;
  const [, , tall, wide] = weight.shape;
  const result = new Float32Array(filters * rows * columns);
  for (let filter = 0, out = 0; filter < filters; filter += 1) {
    for (let row = 0; row < rows; row += 1) {
      for (let column = 0; column < columns; column += 1, out += 1) {
        let sum = bias[filter];
        for (let channel = 0; channel < channels; channel += 1) {
          for (let dy = 0; dy < tall; dy += 1) {
            const y = row * stride[0] + dy - padding[0];
            if (y < 0 || y >= height) continue;
            for (let dx = 0; dx < wide; dx += 1) {
              const x = column * stride[1] + dx - padding[1];
              if (x < 0 || x >= width) continue;
              sum += weight[((filter * channels + channel) * tall + dy) * wide + dx] * values[(channel * height + y) * width + x];
            }
          }
        }
        result[out] = sum;
      }
    }
  }
  return result;
}

// Each input value paints its filter, scaled, onto the output.
function transposedConvolution({ weight, bias, stride, padding, before, after }, values) {
  const [channels, height, width] = before;
  const [filters, rows, columns] = after;
  const [, , tall, wide] = weight.shape;
  const result = new Float32Array(filters * rows * columns);
  for (let filter = 0; filter < filters; filter += 1) result.fill(bias[filter], filter * rows * columns, (filter + 1) * rows * columns);
  for (let channel = 0, at = 0; channel < channels; channel += 1) {
    for (let y = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1, at += 1) {
        const value = values[at];
        if (value === 0) continue; // half of them, after a ReLU
        for (let filter = 0; filter < filters; filter += 1) {
          for (let dy = 0; dy < tall; dy += 1) {
            const row = y * stride[0] + dy - padding[0];
            if (row < 0 || row >= rows) continue;
            for (let dx = 0; dx < wide; dx += 1) {
              const column = x * stride[1] + dx - padding[1];
              if (column < 0 || column >= columns) continue;
              result[(filter * rows + row) * columns + column] += value * weight[((channel * filters + filter) * tall + dy) * wide + dx];
            }
          }
        }
      }
    }
  }
  return result;
}

function groupNorm({ groups, eps, scale, shift }, values) {
  const size = values.length / groups;
  for (let start = 0; start < values.length; start += size) {
    let mean = 0;
    for (let at = start; at < start + size; at += 1) mean += values[at] / size;
    let variance = 0;
    for (let at = start; at < start + size; at += 1) variance += (values[at] - mean) ** 2 / size;
    const spreadOf = Math.sqrt(variance + eps);
    for (let at = start; at < start + size; at += 1) values[at] = (values[at] - mean) / spreadOf;
  }
  return eachChannel(values, scale.length, (channel) => [scale[channel], shift[channel]]);
}

function eachChannel(values, channels, parameters) {
  const size = values.length / channels;
  for (let channel = 0; channel < channels; channel += 1) {
    const [scale, shift] = parameters(channel);
    for (let at = channel * size; at < (channel + 1) * size; at += 1) values[at] = values[at] * scale + shift;
  }
  return values;
}

// ---- the latent space

// Independent Gaussian numbers, the same for the same seed: mulberry32, then Box and Muller 1958.
export function gaussians(seed) {
  let state = seed >>> 0;
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 4294967296;
  };
  return (count) => Float32Array.from({ length: count }, () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()));
}

export function norm(z) {
  return Math.sqrt(dot(z, z));
}

function dot(one, other) {
  let sum = 0;
  for (let at = 0; at < one.length; at += 1) sum += one[at] * other[at];
  return sum;
}

function mix(one, share, other, otherShare) {
  return one.map((value, at) => value * share + other[at] * otherShare);
}

// z moved so that its coordinate along the unit `direction` is `value`; all that is at right angles stays.
export function moveAlong(z, direction, value) {
  return mix(z, 1, direction, value - dot(z, direction));
}

// A neighbour of z with the same norm: a third of a fresh z added, then the length put back.
export function mutate(z, fresh) {
  const moved = mix(z, 1, fresh, 1 / 3);
  return norm(z) > 0 ? mix(moved, norm(z) / norm(moved), moved, 0) : moved;
}

// The walks of latent.py, at `share` (0 to 1) of the way.
export const WALKS = {
  lerp: (start, end, share) => mix(start, 1 - share, end, share),
  slerp(start, end, share) {
    const [from, to] = [norm(start), norm(end)];
    if (!(from * to > 0)) throw new Error("A vector of zeros has no direction to turn from: walk by lerp.");
    const angle = Math.acos(Math.min(1, Math.max(-1, dot(start, end) / (from * to))));
    if (angle > Math.PI - 1e-3) throw new Error("A and B point in opposite directions, so no arc is the shortest: walk by lerp.");
    if (angle < 1e-3) return WALKS.lerp(start, end, share);
    const length = ((1 - share) * from + share * to) / Math.sin(angle);
    return mix(start, (length * Math.sin((1 - share) * angle)) / from, end, (length * Math.sin(share * angle)) / to);
  },
};

// ---- the widget

export function contentOf(model) {
  return unpack(model.get("content"));
}

const SPAN = 4; // standard deviations to either side
const RAW_AT_ONCE = 10;
const STRIP = 9;
const SETTLED = 150; // milliseconds without a move, until the kernel and screen readers are told

// Values in [-1, 1] as pixels 0 to 255.
function pixelsOf(values) {
  return Uint8Array.from(values, (value) => Math.max(0, Math.min(255, Math.round((value + 1) * 127.5))));
}

function render({ model, el }) {
  const content = contentOf(model);
  const { generator, discriminator, directions, scored } = content;
  const first = unpack(model.get("start")).z;
  const latentDim = first.length;
  const along = (index) => directions.subarray(index * latentDim, (index + 1) * latentDim);
  const draws = gaussians(content.seed);
  const shell = Math.sqrt(latentDim);

  let z = first;
  let shown = { z, image: null, score: null };
  const pins = { a: null, b: null };
  const past = [];
  let gesture = null; // which control the last move came from, so that one drag is one step back
  let gone = false;

  // -- the picture

  const problem = problemLine();
  const status = element("p", { class: "gl-note", role: "status" });
  const canvas = element("canvas", { class: "gl-images gl-now", role: "img" });
  const scoreLine = element("span", { class: "gl-value gl-score" });
  const normLine = element("span", { class: "gl-value gl-norm" });

  const scoreText = (score) => (score === null ? "…" : score.toFixed(2));

  function drawNow(image) {
    shown.image = image;
    drawImages(canvas, pixelsOf(image), 1);
  }

  function showScore(score) {
    shown.score = score;
    scoreLine.textContent = scoreText(score);
  }

  const judge = (image) => sigmoid(forward(discriminator, image)[0]);

  // The picture and its score at once; what stands around them with the next frame.
  function refresh() {
    shown = { z, image: null, score: null };
    problem.clear();
    if (generator) drawNow(forward(generator, z));
    if (generator && discriminator) showScore(judge(shown.image));
    if (!generator || (scored && !discriminator)) inquire();
    if (neighbours.firstChild) forgetNeighbours();
    around();
    settle();
  }

  let aroundIsDue = false;
  async function around() {
    if (aroundIsDue) return;
    aroundIsDue = true;
    await nextFrame();
    aroundIsDue = false;
    if (gone) return;
    normLine.textContent = norm(z).toFixed(1);
    directionSliders.forEach((control, index) => follow(control, dot(z, along(index))));
    rawSliders.forEach((control, index) => follow(control, z[rawFrom + index]));
    if (z === walked) drawNorms();
  }

  function follow(control, value) {
    if (Math.abs(control.value - value) > 0.005) control.value = value;
  }

  // What the browser can't compute is asked of the kernel: one question at a time, the newest z wins.
  let inquiring = false;
  async function inquire() {
    if (inquiring) return;
    inquiring = true;
    while (!gone && (shown.image === null || (scored && shown.score === null))) {
      const about = shown;
      try {
        const { images, scores } = await ask(model, "look", { noise: [[...about.z]] });
        if (gone) return;
        // an answer that comes late is still nearer to the slider than the picture before it
        if (!generator) drawImages(canvas, pixelsOf(images), 1);
        if (scores) scoreLine.textContent = scoreText(scores[0]);
        about.image ??= images;
        if (scores) about.score ??= scores[0];
        if (about === shown) settle();
      } catch (error) {
        if (gone) return;
        if (about === shown) {
          problem.show(error);
          scoreLine.textContent = "unknown";
          break;
        }
      }
      await nextFrame();
    }
    inquiring = false;
  }

  // -- moving

  function go(target, by) {
    if (by === null || by !== gesture) past.push(z);
    gesture = by;
    z = target;
    refresh();
  }

  let timer = 0;
  let announcement = "";
  function settle(words = announcement) {
    announcement = words;
    clearTimeout(timer);
    timer = setTimeout(() => {
      const score = scored && shown.score !== null ? ` The discriminator's score is ${scoreText(shown.score)}.` : "";
      const about = `The norm of z is ${norm(z).toFixed(1)}.`;
      canvas.setAttribute("aria-label", `What the generator makes of z.${score} ${about}`);
      if (announcement) status.textContent = score ? `${announcement} Score ${scoreText(shown.score)}.` : announcement;
      announcement = "";
      report();
    }, SETTLED);
  }

  let reporting = false;
  let unreported = false;
  let heard = false; // whether a kernel said where the explorer is: until then it knows better
  async function report() {
    unreported = true;
    if (reporting || !heard) return;
    reporting = true;
    try {
      while (unreported && !gone) {
        unreported = false;
        const plain = (noise) => (noise ? [...noise] : null);
        await ask(model, "moved", { z: plain(z), a: plain(pins.a?.z), b: plain(pins.b?.z) });
      }
    } catch (error) {
      problem.show(error);
    } finally {
      reporting = false;
    }
  }

  // A slider that moves z to `target(value)`. Each drag, and each visit with the keyboard, is one step back.
  function mover(properties, target) {
    const control = slider({
      ...properties,
      input: (value) => {
        try {
          go(target(value), control);
          announcement = status.textContent = ""; // a slider speaks for itself
        } catch (error) {
          problem.show(error);
        }
      },
    });
    control.input.addEventListener("pointerdown", () => (gesture = null));
    control.input.addEventListener("blur", () => {
      if (gesture === control) gesture = null; // not that of a drag which took the focus away
    });
    return control;
  }

  const scale = { min: -SPAN, max: SPAN, step: 0.1, say: (value) => `${value > 0 ? "+" : ""}${value.toFixed(1)} σ` };
  const directionSliders = Array.from({ length: directions.length / latentDim }, (_, index) =>
    mover({ label: `direction ${index + 1}`, ...scale, value: 0 }, (value) => moveAlong(z, along(index), value))
  );

  let rawFrom = 0;
  let rawSliders = [];
  const rawRows = element("div");
  const rawField = element("input", {
    type: "number",
    id: freshId(),
    min: 0,
    max: Math.max(0, latentDim - RAW_AT_ONCE),
    step: RAW_AT_ONCE,
    value: 0,
    onchange: () => showRaw(Number(rawField.value)),
    ...OWN_KEYS,
  });
  const rawPart = element(
    "div",
    { hidden: true },
    element("div", { class: "gl-field" }, element("label", { for: rawField.id, text: `from z` }), rawField, element("span", { text: `of z0 to z${latentDim - 1}` })),
    rawRows
  );

  function showRaw(from) {
    rawFrom = Math.max(0, Math.min(latentDim - RAW_AT_ONCE, Math.round(from) || 0));
    rawField.value = rawFrom;
    rawSliders = Array.from({ length: Math.min(RAW_AT_ONCE, latentDim) }, (_, index) => {
      const coordinate = rawFrom + index;
      return mover({ label: `z${coordinate}`, ...scale, value: z[coordinate] }, (value) => z.with(coordinate, value));
    });
    rawRows.replaceChildren(...rawSliders.map((control) => control.root));
  }

  const rawTick = tick({
    label: "raw coordinates",
    checked: !directionSliders.length,
    change: (checked) => {
      if (checked) showRaw(rawFrom);
      else rawSliders = [];
      rawPart.hidden = !checked;
    },
  });

  function back() {
    gesture = null;
    if (!past.length) {
      announcement = ""; // what was about to be said of the step before
      status.textContent = "There is nothing to go back to.";
      return;
    }
    z = past.pop();
    announcement = "One step back.";
    refresh();
  }

  const jump = (words, target) => {
    announcement = words;
    go(target, null);
  };

  // -- two pins and the walk between them

  const pinViews = Object.fromEntries(
    ["a", "b"].map((name) => {
      const picture = element("canvas", { class: "gl-images gl-pin", role: "img", "aria-label": `Pin ${name.toUpperCase()}: empty`, width: 28, height: 28 });
      const score = element("span", { class: "gl-note", text: "empty" });
      const press = button(`Pin as ${name.toUpperCase()}`, () => pin(name));
      return [name, { picture, score, root: element("div", { class: "gl-pinned" }, picture, score, press) }];
    })
  );

  async function pin(name) {
    const what = shown;
    while (inquiring && what === shown && !gone) await nextFrame(); // the picture is on its way
    if (gone || what.image === null) return;
    place(name, what);
    walkSlider.value = name === "a" ? 0 : 1;
    settle(`Pinned as ${name.toUpperCase()}.`);
  }

  function place(name, what) {
    pins[name] = what;
    const view = pinViews[name];
    const score = scored && what.score !== null ? `score ${scoreText(what.score)}` : "";
    drawImages(view.picture, pixelsOf(what.image), 1);
    view.score.textContent = `${score}${score ? ", " : ""}norm ${norm(what.z).toFixed(1)}`;
    view.picture.setAttribute("aria-label", `Pin ${name.toUpperCase()}: ${view.score.textContent}`);
    if (pins.a && pins.b) showWalk();
  }

  let walked = null; // the z that the walk came by last
  const walkSlider = mover(
    { label: "A to B", min: 0, max: 1, step: 0.01, value: 0, say: (share) => `${Math.round(share * 100)} %` },
    (share) => (walked = WALKS[kind](pins.a.z, pins.b.z, share))
  );
  let kind = "slerp";
  const kindMenu = menu({
    label: "walk",
    options: [
      ["slerp", "slerp: along the arc"],
      ["lerp", "lerp: straight line"],
    ],
    value: kind,
    change: (chosen) => {
      kind = chosen;
      showWalk();
      if (z === walked) walkSlider.input.dispatchEvent(new Event("input")); // the same share of the other walk
    },
  });
  const strip = element("canvas", { class: "gl-images gl-strip", role: "img" });
  const norms = lineChart({ title: "Norm of z along the walk", xlabel: "share of the way from A to B", width: 320, height: 170 });
  const walkPart = element(
    "div",
    { class: "gl-columns", hidden: true },
    element("div", {}, kindMenu.root, walkSlider.root, strip, element("p", { class: "gl-note", text: "From A (left) to B (right)." })),
    norms.root
  );
  const pinHint = element("p", { class: "gl-note", text: "Pin two pictures to compare them and to walk from one to the other." });

  function normsOf(name, shares) {
    try {
      return { x: shares, y: shares.map((share) => norm(WALKS[name](pins.a.z, pins.b.z, share))) };
    } catch {
      return { x: [], y: [] }; // opposite pins have no arc
    }
  }

  function drawNorms() {
    const shares = Array.from({ length: 41 }, (_, index) => index / 40);
    const [straight, arc] = [normsOf("lerp", shares), normsOf("slerp", shares)];
    const middle = straight.y[20].toFixed(1);
    norms.draw({
      series: [
        { name: "slerp", tint: "generator", ...arc },
        { name: "lerp", tint: "discriminator", ...straight },
        { name: `√${latentDim} = ${shell.toFixed(1)}, where noise lives`, tint: "guide", x: [0, 1], y: [shell, shell], dash: [1, 3] },
      ],
      marker: walkSlider.value,
      ylim: [0, 2 * Math.ceil(0.52 * Math.max(shell, ...straight.y, ...arc.y))],
      say: `Half way the straight line has norm ${middle}; noise has ${shell.toFixed(1)}.`,
    });
  }

  // The walk in nine pictures: one a frame here, so that the sliders stay quick, or all in one question.
  let strips = 0;
  async function showWalk() {
    walkPart.hidden = false;
    pinHint.hidden = true;
    const mine = (strips += 1);
    drawNorms();
    try {
      const stops = Array.from({ length: STRIP }, (_, index) => WALKS[kind](pins.a.z, pins.b.z, index / (STRIP - 1)));
      const images = new Float32Array(STRIP * 784).fill(-1);
      if (generator) {
        for (const [index, stop] of stops.entries()) {
          await nextFrame();
          if (gone || mine !== strips) return;
          images.set(forward(generator, stop), index * 784);
        }
      } else {
        const answer = await ask(model, "look", { noise: stops.map((stop) => [...stop]) });
        if (gone || mine !== strips) return;
        images.set(answer.images);
      }
      drawImages(strip, pixelsOf(images), STRIP);
      strip.setAttribute("aria-label", `The walk from A to B by ${kind} in ${STRIP} pictures`);
    } catch (error) {
      problem.show(error);
    }
  }

  // What is drawn of a z that isn't on the screen.
  async function view(noise) {
    if (generator) {
      const image = forward(generator, noise);
      return { z: noise, image, score: discriminator ? judge(image) : null };
    }
    const { images, scores } = await ask(model, "look", { noise: [[...noise]] });
    return { z: noise, image: images, score: scores && scores[0] };
  }

  // -- real digits

  const neighbours = element("div", { class: "gl-row" });
  const found = element("p", { class: "gl-note", role: "status" });
  function forgetNeighbours() {
    neighbours.replaceChildren(); // they were those of another z
    found.textContent = "Distance over all 784 pixels, each in [-1, 1] (Euclidean).";
  }
  const nearestProblem = problemLine();
  const nearestButton = button("Nearest real digits", async () => {
    nearestButton.setAttribute("aria-busy", "true");
    found.textContent = "Comparing with 60,000 real digits …";
    const asked = z;
    try {
      const { pixels, distances, labels } = await ask(model, "nearest", { noise: [...z] });
      if (gone) return;
      if (asked !== z) return forgetNeighbours();
      nearestProblem.clear();
      neighbours.replaceChildren(
        ...Array.from(distances, (distance, index) => {
          const picture = element("canvas", { class: "gl-images gl-pin", role: "img", "aria-label": `A real ${labels[index]} at distance ${distance.toFixed(1)}` });
          drawImages(picture, pixels.subarray(index * 784, (index + 1) * 784), 1);
          return element("div", { class: "gl-pinned" }, picture, element("span", { class: "gl-note", text: `a ${labels[index]}, ${distance.toFixed(1)}` }));
        })
      );
      found.textContent = `The nearest real digits are ${[...labels].join(", ")}; the first is at distance ${distances[0].toFixed(1)}.`;
    } catch (error) {
      found.textContent = "";
      nearestProblem.show(error);
    } finally {
      nearestButton.removeAttribute("aria-busy");
    }
  });

  // -- all together

  el.append(
    element(
      "div",
      { class: "gl gl-latent" },
      element(
        "div",
        { class: "gl-columns" },
        element(
          "div",
          { class: "gl-left" },
          canvas,
          element(
            "div",
            { class: "gl-row" },
            scored ? element("span", {}, "score of D: ", scoreLine, element("span", { class: "gl-note", text: " (0 fake, 1 real)" })) : null,
            element("span", {}, "norm of z: ", normLine, element("span", { class: "gl-note", text: ` (expected √${latentDim} = ${shell.toFixed(1)})` }))
          ),
          element(
            "div",
            { class: "gl-row" },
            button("Random", () => jump("A random z.", draws(latentDim)), { class: "gl-button gl-main" }),
            button("Mutate", () => jump("A neighbour.", mutate(z, draws(latentDim)))),
            button("Back", back),
            button("Reset", () => jump("The first z again.", first))
          ),
          status,
          problem.root
        ),
        element(
          "fieldset",
          {},
          element("legend", { text: "Principal directions, strongest first, in standard deviations σ" }),
          ...directionSliders.map((control) => control.root),
          directionSliders.length ? null : element("p", { class: "gl-note", text: "This generator has no first linear layer to take directions from." }),
          rawTick.root,
          rawPart
        )
      ),
      element(
        "fieldset",
        {},
        element("legend", { text: "Compare and walk" }),
        element("div", { class: "gl-row" }, pinViews.a.root, pinViews.b.root, pinHint),
        walkPart
      ),
      element("div", { class: "gl-row" }, nearestButton, found),
      nearestProblem.root,
      neighbours
    )
  );
  if (rawTick.input.checked) {
    showRaw(0);
    rawPart.hidden = false;
  }
  forgetNeighbours();
  refresh();

  const moveTo = () => go(unpack(model.get("start")).z, null);
  model.on("change:start", moveTo);

  async function enter() {
    const before = z;
    let present;
    try {
      present = await ask(model, "present");
    } catch {
      nearestButton.textContent = "Nearest real digits (needs a kernel)";
      nearestButton.disabled = true;
      return;
    }
    if (gone) return;
    heard = true;
    if (z !== before) return report(); // moved already
    z = present.z;
    refresh();
    try {
      for (const name of ["a", "b"]) {
        if (present[name]) place(name, await view(present[name]));
      }
    } catch (error) {
      problem.show(error);
    }
  }
  enter();

  return () => {
    gone = true;
    clearTimeout(timer);
    model.off("change:start", moveTo);
  };
}

export default { render };

import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import {
  attempt,
  connect,
  NOT_CONNECTED,
  PATIENCE,
  QUIET,
  unpack,
  withContent,
} from "../../../gan_lesson/widgets/shared/kernel.js";
import { pageModel } from "../../../gan_lesson/widgets/shared/page.js";
import { fakeDocument, fakeModel, settled } from "../fakes.js";

globalThis.document = fakeDocument();

beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
afterEach(() => mock.timers.reset());

function connected(traits) {
  const model = fakeModel(traits);
  const kernel = connect(model);
  const silences = [];
  kernel.onSilence = () => silences.push(kernel.root.hidden);
  return { model, kernel, silences };
}

test("a question travels with its arguments and is answered once", async () => {
  const { model, kernel } = connected();
  const answer = kernel.ask("add", { amount: 2 });
  assert.equal(model.asked[0].ask, "add");
  assert.deepEqual(model.asked[0].about, { amount: 2 });
  model.answer(0, { sum: 5 });
  assert.deepEqual(await answer, { sum: 5 });
  assert.equal(model.listeners.size, 0);
});

test("each question hears its own answer, in whatever order they come", async () => {
  const { model, kernel } = connected();
  const [one, other] = [kernel.ask("a"), kernel.ask("b")];
  model.answer(1, "of b");
  model.answer(0, "of a");
  assert.deepEqual(await Promise.all([one, other]), ["of a", "of b"]);
});

test("what the kernel raised arrives as an error", async () => {
  const { model, kernel } = connected();
  const answer = kernel.ask("add");
  model.refuse(0, "TypeError: no amount");
  await assert.rejects(answer, { message: "TypeError: no amount" });
});

test("an answer within five seconds is no silence", async () => {
  const { model, kernel, silences } = connected();
  const answer = kernel.ask("look");
  mock.timers.tick(PATIENCE - 1);
  model.answer(0, "in time");
  mock.timers.tick(PATIENCE);
  assert.equal(await answer, "in time");
  assert.deepEqual(silences, []);
  assert.equal(kernel.root.hidden, true);
});

test("a kernel that is silent for five seconds shows, and its late answer counts and clears the message", async () => {
  const { model, kernel, silences } = connected();
  const answer = kernel.ask("look");
  mock.timers.tick(PATIENCE);
  assert.equal(kernel.root.hidden, false);
  assert.match(kernel.root.textContent, /busy .* or gone/);
  assert.deepEqual(silences, [false]);
  mock.timers.tick(60_000);
  model.answer(0, "late");
  assert.equal(await answer, "late");
  assert.equal(kernel.root.hidden, true);
});

test("the message stays while another answer is overdue, and goes with a refusal too", async () => {
  const { model, kernel } = connected();
  const [one, other] = [kernel.ask("a"), kernel.ask("b")];
  other.catch(() => {});
  mock.timers.tick(PATIENCE);
  model.answer(0, null);
  await one;
  assert.equal(kernel.root.hidden, false);
  model.refuse(1, "ValueError");
  await settled();
  assert.equal(kernel.root.hidden, true);
});

test("a widget from a saved notebook has nobody to ask, and says so at once", async () => {
  const { model, kernel } = connected({ layout: { comm_live: false } });
  await assert.rejects(kernel.ask("state"), { message: NOT_CONNECTED });
  assert.match(NOT_CONNECTED, /run this cell again/);
  assert.equal(model.asked.length, 0);
  mock.timers.tick(PATIENCE);
  assert.equal(kernel.root.hidden, true);
});

test("a live widget is asked, whether or not its layout tells", async () => {
  for (const traits of [{ layout: { comm_live: true } }, { layout: {} }, { layout: "IPY_MODEL_1" }, {}]) {
    const { model, kernel } = connected(traits);
    const answer = kernel.ask("state");
    model.answer(0, 1);
    assert.equal(await answer, 1);
  }
});

test("where sending fails the widget says that this cell is to be run again, and waits for nothing", async () => {
  const { model, kernel } = connected();
  model.send = () => {
    throw new Error("Comm is disposed");
  };
  await assert.rejects(kernel.ask("state"), { message: NOT_CONNECTED });
  assert.equal(model.listeners.size, 0);
  mock.timers.tick(PATIENCE);
  assert.equal(kernel.root.hidden, true);
});

test("a page without a kernel says that it is one", async () => {
  await assert.rejects(connect(pageModel({})).ask("state"), /This page has no kernel/);
});

test("attempt uses an answer or shows what went wrong, also in using it", async () => {
  const told = [];
  const problem = { root: null, show: (error) => told.push(error.message), clear: () => told.push("clear") };
  await attempt(problem, Promise.resolve(3), (answer) => told.push(answer));
  await attempt(problem, Promise.reject(new Error("no")), () => told.push("used"));
  await attempt(problem, Promise.resolve(4), () => {
    throw new Error("bad answer");
  });
  assert.deepEqual(told, ["clear", 3, "no", "clear", "bad answer"]);
});

test("bytes are unpacked into typed arrays with a shape, from wherever they lie", () => {
  const bytes = new Uint8Array([9, ...new Uint8Array(new Float32Array([1.5, -2]).buffer)]);
  const odd = new DataView(bytes.buffer, 1);
  const packed = {
    list: [{ dtype: "float32", shape: [2], buffer: 0 }],
    own: { dtype: "uint8", shape: [1, 1], bytes: new DataView(new ArrayBuffer(1)) },
  };
  const { list, own } = unpack(packed, [odd]);
  assert.deepEqual([...list[0]], [1.5, -2]);
  assert.deepEqual(list[0].shape, [2]);
  assert.ok(own instanceof Uint8Array);
  assert.deepEqual(own.shape, [1, 1]);
});

test("numbers that JSON doesn't know come back as they were", () => {
  const values = unpack([{ float: "nan" }, { float: "inf" }, { float: "-inf" }, { float: "inf", other: 1 }, null, "x"]);
  assert.deepEqual(values, [NaN, Infinity, -Infinity, { float: "inf", other: 1 }, null, "x"]);
});

test("once all is quiet the kernel is told to keep a picture, and nobody waits for it", async () => {
  const { model, kernel, silences } = connected();
  const [one, other] = [kernel.ask("a"), kernel.ask("b")];
  model.answer(0, null);
  await one;
  mock.timers.tick(2 * QUIET);
  assert.equal(model.asked.length, 2); // the other answer is still to come
  model.answer(1, null);
  await other;
  mock.timers.tick(QUIET - 1);
  kernel.changed();
  mock.timers.tick(QUIET - 1);
  assert.equal(model.asked.length, 2);
  mock.timers.tick(1);
  assert.equal(model.asked[2].ask, "keep");
  mock.timers.tick(2 * PATIENCE);
  assert.equal(model.asked.length, 3);
  assert.deepEqual(silences, []);
});

test("a picture that nobody can keep breaks nothing", () => {
  const { model, kernel } = connected();
  model.send = () => {
    throw new Error("Comm is disposed");
  };
  kernel.changed();
  mock.timers.tick(QUIET);
});

test("content that is there is drawn at once, and other content is asked for", async () => {
  const drawn = [];
  const render = withContent(({ content }) => drawn.push(content));
  const el = { append() {} };
  await render({ model: fakeModel({ content: { count: 3 } }), el });
  assert.deepEqual(drawn, [{ count: 3 }]);
  const model = fakeModel({ content: {} });
  const ready = render({ model, el });
  assert.equal(model.asked[0].ask, "whole");
  assert.equal(drawn.length, 1);
  model.answer(0, { count: 4 });
  await ready;
  assert.deepEqual(drawn[1], { count: 4 });
});

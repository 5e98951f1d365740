import assert from "node:assert/strict";
import { test } from "node:test";
import { Session } from "../../../gan_lesson/widgets/playground/session.js";
import { fakeDocument, settled } from "../fakes.js";

globalThis.document = fakeDocument();

/** A session whose kernel answers by hand, on a page that is repainted by hand. */
function playing() {
  const repaints = [];
  globalThis.requestAnimationFrame = (draw) => repaints.push(draw);
  const open = [];
  const kernel = { ask: (question) => new Promise((resolve) => open.push({ question, resolve })) };
  const problem = { show: assert.fail, clear() {} };
  const drawn = [];
  const view = { drawFrame: () => drawn.push(session.frame.number), adopt() {}, redraw() {}, sayPlaying() {} };
  const session = new Session(kernel, problem, view);
  session.state = { changes: 0 };
  session.play();
  return {
    session,
    drawn,
    async answer(question, reply) {
      const asked = open.shift();
      assert.equal(asked.question, question);
      asked.resolve(reply);
      await settled();
    },
    async repaint() {
      for (const draw of repaints.splice(0)) draw();
      await settled();
    },
  };
}

for (const { name, ask, answers } of [
  {
    name: "a reset",
    ask: (session) => session.restart("restart"),
    answers: [
      ["restart", { changes: 1 }],
      ["look", { number: 0, changes: 1 }],
    ],
  },
  { name: "one step", ask: (session) => session.act("step"), answers: [["step", { number: 7, changes: 0 }]] },
]) {
  test(`a slice that was answered before ${name} and waits for the repaint isn't drawn over it`, async () => {
    const { session, drawn, answer, repaint } = playing();
    await answer("slice", { number: 3, changes: 0 }); // drawn at once; meanwhile the kernel works on the next
    await answer("slice", { number: 6, changes: 0 });
    session.pause();
    ask(session);
    for (const [question, reply] of answers) await answer(question, reply);
    await repaint();
    assert.deepEqual(drawn, [3, answers.at(-1)[1].number]);
  });
}

test("a slice that nothing has overtaken is drawn after the pause", async () => {
  const { session, drawn, answer, repaint } = playing();
  await answer("slice", { number: 3, changes: 0 });
  await answer("slice", { number: 6, changes: 0 });
  session.pause();
  await repaint();
  assert.deepEqual(drawn, [3, 6]);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { connect } from "../../../gan_lesson/widgets/shared/kernel.js";
import { pageModel, withBytes } from "../../../gan_lesson/widgets/shared/page.js";
import { fakeDocument } from "../fakes.js";

globalThis.document = fakeDocument();

test("a page's model tells of changes until one listens no more", () => {
  const model = pageModel({ moment: 1 });
  const seen = [];
  const listen = () => seen.push(model.get("moment"));
  model.on("change:moment", listen);
  model.set("moment", 2);
  model.off("change:moment", listen);
  model.set("moment", 3);
  assert.deepEqual([seen, model.get("moment")], [[2], 3]);
});

test("a page's kernel is asked like any other", async () => {
  const model = pageModel({}, async ({ id, ask, about }) => [{ id, reply: { ask, about } }, []]);
  assert.deepEqual(await connect(model).ask("look", { z: 1 }), { ask: "look", about: { z: 1 } });
});

test("saved bytes come back, from the state itself or from what a script loaded", () => {
  globalThis.ganLessonBytes = { weights: btoa("\u0001\u00ff") };
  const { own, list } = withBytes({ own: { base64: btoa("ab") }, list: [{ asset: "weights" }, 3, null] });
  assert.deepEqual([...new Uint8Array(own.buffer)], [97, 98]);
  assert.deepEqual([...new Uint8Array(list[0].buffer)], [1, 255]);
  assert.deepEqual(list.slice(1), [3, null]);
});

// A game in a file: saved where downloads go, and loaded from there.

import { button, element } from "../shared/elements.js";

const NAME = "playground.safetensors";

/**
 * The bytes of a file in base64.
 *
 * @param {File} file
 * @returns {Promise<string>}
 */
function base64Of(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).split(",")[1] ?? "");
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}

/**
 * @param {import("./session.js").Session} session
 * @param {{ say: (text: string) => void, closeSlowMotion: () => void }} view
 */
export function fileButtons(session, view) {
  const field = element("input", { type: "file", accept: ".safetensors", hidden: true, onchange: load });

  async function save() {
    try {
      const { file } = await session.ask("save");
      const link = element("a", { href: URL.createObjectURL(new Blob([file])), download: NAME });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10000);
      session.succeed();
      view.say(`Saved as ${NAME}.`);
      if (session.slow) view.closeSlowMotion();
    } catch (error) {
      session.fail(error);
    }
  }

  async function load() {
    const file = field.files?.[0];
    if (!file) return;
    session.pause();
    const text = await base64Of(file);
    field.value = "";
    if (await session.restart("load", { file: text })) view.say(`Loaded, at step ${session.frame.number}.`);
  }

  return element(
    "div",
    { class: "gl-row" },
    button("Save to a file", save),
    button("Load a file", () => field.click()),
    field,
  );
}

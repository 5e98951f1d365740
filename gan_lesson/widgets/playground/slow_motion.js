// Slow motion: one step in ten parts, each with its words, its numbers and what is lit in the diagram.

import { tick } from "../shared/controls.js";
import { button, element } from "../shared/elements.js";
import { captionOf, measured, PARTS } from "./captions.js";
import { gameDiagram } from "./diagram.js";

const PAUSE_BETWEEN_PARTS = 6000; // milliseconds, long enough to read a caption

/** @typedef {ReturnType<typeof slowMotion>} SlowMotion */

/**
 * @param {import("./session.js").Session} session
 * @param {{ redraw: () => void, describe: () => void, opened: (open: boolean) => void }} view
 */
export function slowMotion(session, { redraw, describe, opened }) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const diagram = gameDiagram();
  const title = element("p", { class: "gl-part" });
  const text = element("p");
  const numbers = element("p", { class: "gl-note gl-numbers" });
  const next = button("Next part", nextPart, { class: "gl-button gl-main" });
  const byItself = tick({ label: "go on by itself every 6 seconds", checked: false, change: wind });
  const root = element(
    "section",
    { class: "gl-slow", hidden: true, "aria-label": "Slow motion" },
    element("div", { class: "gl-row" }, next, button("Back to normal", leave), byItself.root),
    element("div", { role: "status" }, title, text, numbers),
    diagram.root,
  );

  /** @param {boolean} open */
  function setOpen(open) {
    session.slow = open;
    root.hidden = !open;
    opened(open);
  }

  async function open() {
    if (!session.state) return; // the kernel is still busy with something else
    session.pause();
    setOpen(true);
    if (session.state.part % PARTS.length) {
      caption(session.state.part, null); // another view had begun it
      redraw();
    } else await nextPart();
    next.focus();
  }

  async function nextPart() {
    const part = (session.state.part % PARTS.length) + 1;
    const before = session.frame.fakes;
    next.disabled = true;
    try {
      const answer = await session.ask("next_part", { show: PARTS[part - 1].show });
      session.succeed();
      if (!session.slow) return; // left meanwhile
      session.state.part = answer.part;
      session.take(answer, answer.part === PARTS.length ? before : null);
      caption(answer.part, answer.numbers);
    } catch (error) {
      session.fail(error);
      byItself.input.checked = false;
    } finally {
      next.disabled = false;
      wind();
    }
  }

  /** @type {(part: number, found: Parameters<typeof measured>[1] | null) => void} */
  function caption(part, found) {
    title.textContent = `${part} of ${PARTS.length} \u00b7 ${PARTS[part - 1].title}`;
    text.textContent = captionOf(part, session.state.settings);
    numbers.textContent = found ? measured(part, found) : "";
    diagram.light(PARTS[part - 1].lit);
  }

  function wind() {
    clearTimeout(timer);
    if (session.slow && byItself.input.checked) timer = setTimeout(nextPart, PAUSE_BETWEEN_PARTS);
  }

  function close() {
    clearTimeout(timer);
    byItself.input.checked = false;
    setOpen(false);
    if (session.state) session.state.part = 0;
  }

  async function leave() {
    close();
    await session.act("leave_slow_motion");
    describe();
  }

  return {
    root,
    open,
    close,
    leave,
    /** The layers that the present part shows. */
    layers: () => new Set(PARTS[Math.max(session.state.part, 1) - 1].show),
  };
}

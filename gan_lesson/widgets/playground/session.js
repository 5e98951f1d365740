// One view of a game: what it knows of the game, and what it asks of the kernel.

import { newest } from "../shared/newest.js";
import { puller } from "../shared/puller.js";

export const STEPS_A_FRAME = [1, 2, 3, 5, 8, 12, 20, 40];
const MILLISECONDS = 16; // of a slice
const CHARTS_EVERY = 5; // frames

/** @typedef {[number, number]} Point */
/** @typedef {ReturnType<typeof openSession>} Session */
/**
 * What the parts of the page do when something has changed; index.js fills them in.
 *
 * @typedef {{ drawFrame: (from: Float32Array | null) => void, adopt: () => void, redraw: () => void,
 *   sayPlaying: () => void, closeSlowMotion: () => void }} View
 */

/**
 * @param {import("../shared/kernel.js").Kernel} kernel
 * @param {import("../shared/elements.js").ProblemLine} problem
 * @param {View} view
 */
export function openSession(kernel, problem, view) {
  let frames = 0;
  let isChanged = false; // since the last look
  const session = {
    /** @type {any} the kernel's settings and choices; null until it has answered */
    state: null,
    /** @type {any} the newest frame */
    frame: {},
    /** The layers that the picture shows. */
    show: new Set(["map", "reals", "fakes", "arrows"]),
    /** Where in STEPS_A_FRAME. */
    pace: 2,
    /** @type {{ points: Point[], last: Point | null, down: boolean, pen: Point | null } | null} while the reader draws */
    sketch: null,
    slow: false,
    get playing() {
      return pull.playing;
    },
    /** @param {unknown} error */
    fail(error) {
      const message = error instanceof Error ? error.message : String(error);
      problem.show(new Error(message.replace(/^PlaygroundError: /, "")));
    },
    /** @type {(question: string, about?: Record<string, any>) => Promise<any>} */
    ask: (question, about = {}) => kernel.ask(question, about),
    play() {
      problem.clear();
      pull.play();
      view.sayPlaying();
    },
    pause() {
      pull.pause();
      view.sayPlaying();
    },
    /** Nothing is pulled any more, and nothing said of it. */
    leave: () => pull.pause(),
    succeed: () => problem.clear(),
    /**
     * A frame that has come; `from`: where its fakes were before they moved.
     *
     * @param {any} frame
     * @param {Float32Array | null} from
     */
    take(frame, from = null) {
      session.frame = frame;
      // another view or a cell has changed the settings
      if (session.state && frame.changes !== session.state.changes && !changes.busy) change(null);
      view.drawFrame(from);
    },
    /**
     * Ask, draw what comes back, and show what went wrong instead if it did.
     *
     * @param {string} question
     * @param {Record<string, any>} about
     */
    async act(question, about = {}) {
      try {
        const answer = await kernel.ask(question, { show: [...session.show], ...about });
        problem.clear();
        session.take(answer);
      } catch (error) {
        session.fail(error);
      }
    },
    look: () => session.act("look"),
    /**
     * Ask for a game that starts afresh; whether it did.
     *
     * @param {string} question
     * @param {Record<string, any>} about
     */
    async restart(question, about = {}) {
      try {
        session.state = await kernel.ask(question, about);
        view.adopt();
        problem.clear();
        session.frame = {};
        if (session.slow) view.closeSlowMotion();
        if (!pull.playing) await session.look();
        return true;
      } catch (error) {
        session.fail(error);
        return false;
      }
    },
    /** @param {Record<string, any>} settings */
    change: (settings) => change(settings),
  };

  const pull = puller(
    () => {
      frames += 1;
      return kernel.ask("slice", {
        steps: STEPS_A_FRAME[session.pace],
        milliseconds: MILLISECONDS,
        show: [...session.show],
        charts: frames % CHARTS_EVERY === 1,
      });
    },
    (frame) => {
      if (!session.sketch) session.take(frame);
    },
    (error) => {
      session.fail(error);
      view.sayPlaying();
    },
  );
  kernel.onSilence = () => {
    if (pull.playing) session.pause();
  };

  const changes = changesOf(kernel, (state) => {
    session.state = state;
    view.adopt();
  });

  /** @param {Record<string, any> | null} settings */
  async function change(settings) {
    isChanged ||= settings !== null;
    try {
      if (!(await changes.offer(settings))) return;
      if (isChanged) problem.clear();
    } catch (error) {
      if (session.state) view.adopt();
      session.fail(error);
    }
    if (session.slow && session.state.part === 0) view.closeSlowMotion();
    if (!isChanged) view.redraw();
    else if (!pull.playing) await session.look();
    isChanged = false;
  }

  return session;
}

/**
 * Several changes of a moving slider travel as one; null: nothing is changed, and the settings are only read.
 *
 * @param {import("../shared/kernel.js").Kernel} kernel
 * @param {(state: any) => void} take
 */
function changesOf(kernel, take) {
  const changes = newest(
    async (/** @type {Record<string, any> | null} */ settings) => {
      const state = await (settings ? kernel.ask("change_settings", settings) : kernel.ask("state"));
      if (!changes.waits) take(state);
    },
    (waiting, settings) => (waiting || settings ? { ...waiting, ...settings } : null),
  );
  return changes;
}

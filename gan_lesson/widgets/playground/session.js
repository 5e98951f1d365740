// One view of a game: what it knows of the game, and what it asks of the kernel.

import { newest } from "../shared/newest.js";
import { puller } from "../shared/puller.js";

export const STEPS_A_FRAME = [1, 2, 3, 5, 8, 12, 20, 40];
const MILLISECONDS = 16; // of a slice
const CHARTS_EVERY = 5; // frames

/** @typedef {[number, number]} Point */
/**
 * What the parts of the page do when something has changed; index.js fills them in.
 *
 * @typedef {{ drawFrame: (from: Float32Array | null) => void, adopt: () => void, redraw: () => void,
 *   sayPlaying: () => void, closeSlowMotion: () => void }} View
 */

export class Session {
  /** @type {any} the kernel's settings and choices; null until it has answered */
  state = null;
  /** @type {any} the newest frame */
  frame = {};
  /** The layers that the picture shows. */
  show = new Set(["map", "reals", "fakes", "arrows"]);
  /** Where in STEPS_A_FRAME. */
  pace = 2;
  /** @type {{ points: Point[], last: Point | null, down: boolean, pen: Point | null } | null} while the reader draws */
  sketch = null;
  slow = false;

  #kernel;
  #problem;
  #view;
  #pull;
  #changes;
  #frames = 0;
  #asked = 0; // questions so far
  #isChanged = false; // since the last look

  /**
   * @param {import("../shared/kernel.js").Kernel} kernel
   * @param {import("../shared/elements.js").ProblemLine} problem
   * @param {View} view
   */
  constructor(kernel, problem, view) {
    this.#kernel = kernel;
    this.#problem = problem;
    this.#view = view;
    this.#pull = puller(
      () => this.#slice(),
      (frame) => {
        if (!this.sketch) this.take(frame);
      },
      (error) => {
        this.fail(error);
        view.sayPlaying();
      },
    );
    this.#changes = changesOf(kernel, (state) => {
      this.state = state;
      view.adopt();
    });
    kernel.onSilence = () => {
      if (this.playing) this.pause();
    };
  }

  get playing() {
    return this.#pull.playing;
  }

  play() {
    this.#problem.clear();
    this.#pull.play();
    this.#view.sayPlaying();
  }

  pause() {
    this.#pull.pause();
    this.#view.sayPlaying();
  }

  /** Nothing is pulled any more, and nothing said of it. */
  leave() {
    this.#pull.pause();
  }

  succeed() {
    this.#problem.clear();
  }

  /** @param {unknown} error */
  fail(error) {
    const message = error instanceof Error ? error.message : String(error);
    this.#problem.show(new Error(message.replace(/^PlaygroundError: /, "")));
  }

  /**
   * The kernel's answer, with the place of its question among all: the kernel answers them in their order.
   *
   * @param {string} question
   * @param {Record<string, any>} about
   * @returns {Promise<any>}
   */
  async ask(question, about = {}) {
    this.#asked += 1;
    const place = this.#asked;
    return { ...(await this.#kernel.ask(question, about)), place };
  }

  /**
   * A frame that has come; `from`: where its fakes were before they moved.
   *
   * @param {any} frame
   * @param {Float32Array | null} from
   */
  take(frame, from = null) {
    if (frame.place < this.frame.place) return; // a slice from before a reset or a step, kept for the next repaint
    this.frame = frame;
    // another view or a cell has changed the settings
    if (this.state && frame.changes !== this.state.changes && !this.#changes.busy) this.change(null);
    this.#view.drawFrame(from);
  }

  /**
   * Ask, draw what comes back, and show what went wrong instead if it did.
   *
   * @param {string} question
   * @param {Record<string, any>} about
   */
  async act(question, about = {}) {
    try {
      const answer = await this.ask(question, { show: [...this.show], ...about });
      this.succeed();
      this.take(answer);
    } catch (error) {
      this.fail(error);
    }
  }

  look() {
    return this.act("look");
  }

  /**
   * Ask for a game that starts afresh; whether it did.
   *
   * @param {string} question
   * @param {Record<string, any>} about
   */
  async restart(question, about = {}) {
    try {
      this.state = await this.ask(question, about);
      this.#view.adopt();
      this.succeed();
      this.frame = { place: this.state.place };
      if (this.slow) this.#view.closeSlowMotion();
      if (!this.playing) await this.look();
      return true;
    } catch (error) {
      this.fail(error);
      return false;
    }
  }

  /** @param {Record<string, any> | null} settings null: they are only read */
  async change(settings) {
    this.#isChanged ||= settings !== null;
    try {
      if (!(await this.#changes.offer(settings))) return;
      if (this.#isChanged) this.succeed();
    } catch (error) {
      if (this.state) this.#view.adopt();
      this.fail(error);
    }
    if (this.slow && this.state.part === 0) this.#view.closeSlowMotion();
    if (!this.#isChanged) this.#view.redraw();
    else if (!this.playing) await this.look();
    this.#isChanged = false;
  }

  #slice() {
    this.#frames += 1;
    return this.ask("slice", {
      steps: STEPS_A_FRAME[this.pace],
      milliseconds: MILLISECONDS,
      show: [...this.show],
      charts: this.#frames % CHARTS_EVERY === 1,
    });
  }
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

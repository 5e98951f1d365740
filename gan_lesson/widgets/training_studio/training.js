// Play, pause, one step and stop: what is asked of the kernel, and what is said when a slice has ended.

import { attempt } from "../shared/kernel.js";
import { puller } from "../shared/puller.js";
import { duration } from "./numbers.js";

/**
 * @param {{ kernel: import("../shared/kernel.js").Kernel, problem: import("../shared/elements.js").ProblemLine,
 *   show: (reply: any) => void, say: (text: string) => void, paint: () => void,
 *   now: () => { number: number, seconds: number } | undefined }} view
 */
export function trainingControl({ kernel, problem, show, say, paint, now }) {
  /** @type {string | null} */
  let stopping = null; // what to say when the slice under way has ended
  /** @type {(question: string, about?: Record<string, any>) => Promise<void>} */
  const ask = (question, about = {}) => attempt(problem, kernel.ask(question, about), show);

  const pull = puller(
    (hands) => kernel.ask("train", { hands }),
    (reply) => {
      show(reply);
      if (!pull.playing) stand();
    },
    (error) => {
      paint();
      say("Stopped: see the message below.");
      ask("state").then(() => problem.show(error));
    },
  );

  // The slice under way has ended: show all as it is, and say where things stand.
  async function stand() {
    const word = stopping;
    stopping = null;
    await ask("state");
    const at = now();
    if (word === null || pull.playing || !at) return;
    const where = `${word} after step ${at.number.toLocaleString("en")} and ${duration(at.seconds)} of training.`;
    const rest = "Nothing is lost: the loop is your variable. Play, or next(loop) in a cell, goes on from here.";
    say(word === "Paused" ? where : `${where} ${rest}`);
  }

  function play() {
    problem.clear();
    say("Training.");
    pull.play();
    paint();
  }

  /** @param {string} word */
  function halt(word) {
    stopping = word;
    if (pull.playing) pull.pause();
    else stand();
    paint();
  }

  kernel.onSilence = () => {
    if (pull.playing) halt("Paused");
  };
  return {
    ask,
    halt,
    get playing() {
      return pull.playing;
    },
    toggle() {
      if (pull.playing) halt("Paused");
      else play();
    },
    async step() {
      if (pull.playing) halt("Paused");
      await ask("step");
      say(`One step: the loop stands at step ${(now()?.number ?? 0).toLocaleString("en")}.`);
    },
    leave: () => pull.pause(),
  };
}

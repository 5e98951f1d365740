// The playground: a GAN in the plane that the kernel trains while the browser pulls and draws.

import { element, problemLine } from "../shared/elements.js";
import { connect } from "../shared/kernel.js";
import { gameCharts } from "./charts.js";
import { layersLegend, mainBar, paceSlider } from "./controls.js";
import { fileButtons } from "./files.js";
import { foldedGroups } from "./groups.js";
import { plane } from "./plane.js";
import { readout, scoreAt } from "./readout.js";
import { Session } from "./session.js";
import { fill, settingsPanels } from "./settings.js";
import { drawingBoard } from "./sketch.js";
import { slowMotion } from "./slow_motion.js";
import { inWords, LAYERS } from "./words.js";

/** @param {{ model: import("../shared/kernel.js").Model, el: HTMLElement }} place */
async function render({ model, el }) {
  const kernel = connect(model);
  const problem = problemLine();
  const status = element("p", { class: "gl-unseen", role: "status" });
  /** @param {string} text */
  const say = (text) => {
    status.textContent = text;
  };
  const session = new Session(kernel, problem, {
    drawFrame,
    adopt,
    redraw,
    sayPlaying,
    closeSlowMotion: () => slow.close(),
  });
  const picture = plane();
  const charts = gameCharts();
  const text = readout();
  const pace = paceSlider(session);
  const legend = layersLegend(session.show, () => {
    describe();
    if (!session.playing && !session.sketch && !session.slow) session.look();
  });
  const slow = slowMotion(session, {
    redraw,
    describe,
    opened(open) {
      bar.saySlow(open);
      charts.root.hidden = pace.hidden = text.meaning.hidden = legend.disabled = open;
    },
  });
  const bar = mainBar({
    play: playOrPause,
    reset: () => session.restart("restart"),
    slow: () => (session.slow ? slow.leave() : slow.open()),
    step: oneStep,
    data: chooseData,
  });
  const board = drawingBoard(session, picture, {
    redraw,
    describe,
    adopt,
    say,
    warn: problem.show,
    leaveSlowMotion: slow.leave,
    drawing: bar.rest,
  });
  const settings = settingsPanels(
    (change) => session.change(change),
    () => session.state.settings,
  );
  const files = fileButtons(session, { say, closeSlowMotion: slow.close });

  async function playOrPause() {
    if (session.sketch) return;
    if (session.playing) return session.pause();
    if (session.slow) await slow.leave();
    session.play();
  }

  /** @param {string} player */
  async function oneStep(player) {
    session.pause();
    if (session.slow) slow.close();
    await session.act("step", { player });
    describe();
  }

  /** @param {string} data */
  function chooseData(data) {
    if (data === "draw") return board.start();
    board.stop();
    session.change({ data });
  }

  function sayPlaying() {
    bar.sayPlaying(session.playing);
    say(session.playing ? "Playing." : `Paused after ${session.frame.number ?? 0} steps.`);
    describe();
  }

  /** @param {Float32Array | null} from */
  function drawFrame(from) {
    const { frame } = session;
    if (frame.charts) charts.draw(frame.charts, frame.number);
    redraw(from);
    text.update(frame);
  }

  /** @param {Float32Array | null} from */
  function redraw(from = null) {
    const { sketch, state, frame } = session;
    if (sketch) picture.sketch(sketch.points, sketch.pen);
    else if (state) {
      const show = session.slow ? slow.layers() : session.show;
      picture.draw(frame, { show, reals: state.reals, halfWidth: state.half_width, from });
    }
  }

  function describe() {
    picture.canvas.setAttribute("aria-label", `The plane, ${whatIsShown(session)}. Space plays and pauses.`);
  }

  // The state of the kernel onto the controls.
  function adopt() {
    const { choices, settings: now } = session.state;
    const data = [...choices.data, "draw"];
    fill(bar.dataMenu, data, now.data, (name) => (name === "draw" ? "draw your own \u2026" : inWords(name)));
    settings.update(session.state);
  }

  listen(session, picture, text, playOrPause);
  const left = element("div", { class: "gl-left" }, picture.canvas, text.probe, legend);
  const right = element("div", { class: "gl-right" }, text.line, text.meaning, pace, slow.root, charts.root);
  const stage = element("div", { class: "gl-columns gl-stage" }, left, right);
  const folded = foldedGroups({ players: settings.players, noise: settings.noise, files });
  const above = [bar.root, problem.root, kernel.root, board.root];
  const root = element("div", { class: "gl gl-playground" }, ...above, stage, ...folded, status);
  el.append(root);

  try {
    session.state = await kernel.ask("state");
    adopt();
    await session.look();
    if (session.state.part && session.state.part < 10) await slow.open();
  } catch (error) {
    session.fail(error);
    disableAll(root);
  }
  describe();
  return () => {
    session.leave();
    slow.close();
  };
}

/** @param {Session} session */
function whatIsShown(session) {
  if (session.sketch) return `${session.sketch.points.length} points of your drawing`;
  const shown = LAYERS.filter(([name]) => session.show.has(name)).map(([, words]) => words.split(/[:,]/)[0]);
  return `after ${session.frame.number ?? 0} steps: ${shown.join(", ") || "nothing"}`;
}

/**
 * The pointer asks for the score under it, the space bar plays and pauses.
 *
 * @param {Session} session
 * @param {ReturnType<typeof plane>} picture
 * @param {ReturnType<typeof readout>} text
 * @param {() => void} playOrPause
 */
function listen(session, picture, text, playOrPause) {
  picture.canvas.addEventListener("pointermove", (event) => {
    if (session.sketch || !session.frame.map || !session.state) return;
    const place = picture.locate(event);
    text.point(place, scoreAt(session.frame.map, place, session.state.half_width));
  });
  picture.canvas.addEventListener("keydown", (event) => {
    if (session.sketch || event.key !== " ") return;
    event.preventDefault();
    playOrPause();
  });
}

/** @param {HTMLElement} root */
function disableAll(root) {
  for (const control of root.querySelectorAll("button, input, select")) {
    /** @type {HTMLButtonElement} */ (control).disabled = true;
  }
}

export default { render };

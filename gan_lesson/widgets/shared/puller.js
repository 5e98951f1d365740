// Training that the browser pulls.

export function nextFrame() {
  // a hidden tab has no frames, and goes on all the same
  return /** @type {Promise<void>} */ (
    new Promise((resolve) => {
      const timer = setTimeout(resolve, 200);
      requestAnimationFrame(() => {
        clearTimeout(timer);
        resolve();
      });
    })
  );
}

const HANDS = ["keydown", "input", "pointermove"];
const PAUSE = 50; // milliseconds
const REST = 300; // milliseconds without a move, until hands are off the page

/** Watches for hands on the page, whatever they move. */
function handsOnThePage() {
  let touched = -Infinity;
  /** @param {Event} event */
  const touch = (event) => {
    if (event.type !== "pointermove" || /** @type {PointerEvent} */ (event).buttons) touched = performance.now();
  };
  for (const kind of HANDS) document.addEventListener(kind, touch, { capture: true, passive: true });
  return {
    on: () => performance.now() - touched < REST,
    leave() {
      for (const kind of HANDS) document.removeEventListener(kind, touch, { capture: true });
    },
  };
}

/**
 * `request()` promises a frame, `draw(frame)` shows it, and while it is drawn the kernel works on the next. `ahead`
 * requests are under way at a time: with one, sliders and other cells find the kernel free soonest; with two, it never
 * waits for the browser. While hands are on the page there is at most one, and a pause before the next, in which the
 * kernel answers the hands.
 *
 * @template Frame
 * @param {() => Promise<Frame>} request
 * @param {(frame: Frame) => void} draw
 * @param {(error: unknown) => void} fail
 * @param {number} ahead
 */
export function puller(request, draw, fail, ahead = 1) {
  let round = 0;
  const pull = {
    playing: false,
    async play() {
      if (pull.playing) return;
      pull.playing = true;
      round += 1;
      const mine = round;
      const hands = handsOnThePage();
      try {
        await goOn(hands, () => mine === round);
      } catch (error) {
        if (mine === round) {
          pull.playing = false;
          fail(error);
        }
      } finally {
        hands.leave();
      }
    },
    pause() {
      pull.playing = false;
    },
  };

  /** @type {(hands: ReturnType<typeof handsOnThePage>, isMine: () => boolean) => Promise<void>} */
  async function goOn(hands, isMine) {
    /** @type {Promise<Frame>[]} */
    const asked = [];
    /** @param {number} count */
    const keepAsking = (count) => {
      while (asked.length < count) {
        const answer = request();
        answer.catch(() => {}); // met by the await below
        asked.push(answer);
      }
    };
    keepAsking(ahead);
    while (asked.length) {
      const frame = /** @type {Frame} */ (await asked.shift());
      if (!isMine()) return;
      const busy = hands.on();
      if (busy && pull.playing) {
        draw(frame);
        await new Promise((resolve) => setTimeout(resolve, PAUSE));
        if (!isMine()) return;
      }
      if (!pull.playing) {
        if (asked.length) continue; // paused: the last frame is drawn, when it comes
        draw(frame);
        return;
      }
      keepAsking(busy ? 1 : ahead);
      if (!busy) draw(frame);
      if (ahead === 1) await nextFrame(); // who asks ahead waits for the kernel alone
    }
  }

  return pull;
}

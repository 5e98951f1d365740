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
const PAUSE = 50; // milliseconds at least, while hands are on the page
const REST = 1000; // milliseconds without a move, until hands are off the page: keys come slower than a drag

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
 * `request(hands)` promises a frame, `draw(frame)` shows it, and while it is drawn the kernel works on the next. One request
 * is under way at a time: after it, sliders and other cells find the kernel free. While hands are on the page, which
 * `request` is told, a pause follows that is at least as long as the answer took: in it the kernel answers the hands.
 *
 * @template Frame
 * @param {(hands: boolean) => Promise<Frame>} request
 * @param {(frame: Frame) => void} draw
 * @param {(error: unknown) => void} fail
 */
export function puller(request, draw, fail) {
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
    let took = 0; // milliseconds, the last answer
    const ask = () => {
      const start = performance.now();
      const answer = request(hands.on());
      answer.then(
        () => {
          took = performance.now() - start;
        },
        () => {}, // met by the await below
      );
      return answer;
    };
    let answer = ask();
    while (true) {
      const frame = await answer;
      if (!isMine()) return;
      const busy = hands.on();
      if (busy && pull.playing) {
        draw(frame);
        const pause = Math.max(PAUSE, took);
        await new Promise((resolve) => setTimeout(resolve, pause));
        if (!isMine()) return;
      }
      if (!pull.playing) {
        draw(frame);
        return;
      }
      answer = ask();
      if (!busy) draw(frame);
      await nextFrame();
    }
  }

  return pull;
}

// Questions that overtake one another: a slider moves faster than the kernel answers.

/**
 * A queue of one place. `offer(value)` sends the value; while an answer is awaited, only the newest of the values that
 * come in is kept for later, or what `merge` makes of the one that waits and the new one. The promise of `offer` is
 * true once all is sent, or false at once where another `offer` does the sending. What `send` throws ends the sending.
 *
 * @template Value
 * @param {(value: Value) => Promise<unknown>} send
 * @param {(waiting: Value, value: Value) => Value} merge
 */
export function newest(send, merge = (_, value) => value) {
  /** @type {Value[]} */
  let waiting = [];
  const queue = {
    busy: false,
    /** Whether a value waits until the one under way is answered. */
    get waits() {
      return waiting.length > 0;
    },
    /** @param {Value} value */
    async offer(value) {
      waiting = [waiting.length ? merge(waiting[0], value) : value];
      if (queue.busy) return false;
      queue.busy = true;
      try {
        while (waiting.length) {
          const [next] = waiting;
          waiting = [];
          await send(next);
        }
        return true;
      } finally {
        waiting = [];
        queue.busy = false;
      }
    },
  };
  return queue;
}

import { Sequencer } from './async';

// All other extensions of the host share this event loop. Most of our awaits do not pause: a read of `/proc` completes
// at once, so that a hundred inspections in a row block the loop.

/** The longest time that we block the event loop. */
const MAX_BLOCK_MS = 8;

let began = performance.now();
const turns = new Sequencer();

/** For consecutive pieces of work: yields to other work once we have blocked the event loop for too long. */
export async function yieldIfBusy(): Promise<void> {
  if (performance.now() - began > MAX_BLOCK_MS) await nextTurn();
}

/** For many simultaneous pieces of work: each gets a turn of the event loop of its own. */
export function nextTick(): Promise<void> {
  return turns.run(nextTurn);
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(() => {
      began = performance.now();
      resolve();
    });
  });
}

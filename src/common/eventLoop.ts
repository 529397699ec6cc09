import { Sequencer } from './async';

// Beside us on the event loop runs everything else of the host. What we await is mostly no pause by itself: reading
// `/proc` is done at once, and a hundred such looks in a row are one stretch.

/** Longest stretch in ms. */
const STRETCH_MS = 8;

let began = performance.now();
const turns = new Sequencer();

/** For one piece of work after the other: gives everybody else a turn when this stretch has lasted long. */
export async function yieldIfBusy(): Promise<void> {
  if (performance.now() - began > STRETCH_MS) await nextTurn();
}

/** For many pieces of work that would go on at the same moment: each gets a turn of the event loop for itself. */
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

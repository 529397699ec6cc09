// `npm run chaos -- [--what crash|trees] [--rounds N] [--seed S] [--width W] [--minutes M]`
import { parseArgs } from 'node:util';
import { buildPrograms } from '../support/testPrograms';
import { crashRounds } from './crash';
import { treeRounds } from './trees';

const { values } = parseArgs({
  options: {
    what: { type: 'string', default: 'crash' },
    rounds: { type: 'string', default: '50' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    width: { type: 'string', default: '3' },
    minutes: { type: 'string', default: '600' },
  },
});
const kinds: Record<string, (rounds: number, seed: number, width: number, until: number) => Promise<object>> = {
  crash: crashRounds,
  trees: treeRounds,
};
const kind = kinds[values.what];
if (!kind) throw new Error(`--what is one of ${Object.keys(kinds).join(', ')}`);
const started = performance.now();
console.log(`${values.what}: ${values.rounds} rounds from seed ${values.seed}`);
const until = Date.now() + Number(values.minutes) * 60_000;
void buildPrograms().then((remove) =>
  kind(Number(values.rounds), Number(values.seed), Number(values.width), until)
    .then(
      (report) => console.log(JSON.stringify({ ...report, seconds: Math.round((performance.now() - started) / 1000) })),
      (error) => {
        console.error(error);
        process.exitCode = 1;
      },
    )
    .finally(remove),
);

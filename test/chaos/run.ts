// `npm run chaos -- [--what crash] [--rounds N] [--seed S] [--width W]`
import { parseArgs } from 'node:util';
import { crashRounds } from './crash';

const { values } = parseArgs({
  options: {
    what: { type: 'string', default: 'crash' },
    rounds: { type: 'string', default: '50' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    width: { type: 'string', default: '3' },
  },
});
const kinds: Record<string, typeof crashRounds> = { crash: crashRounds };
const kind = kinds[values.what];
if (!kind) throw new Error(`--what is one of ${Object.keys(kinds).join(', ')}`);
const started = performance.now();
console.log(`${values.what}: ${values.rounds} rounds from seed ${values.seed}`);
kind(Number(values.rounds), Number(values.seed), Number(values.width)).then(
  (report) => console.log(JSON.stringify({ ...report, seconds: Math.round((performance.now() - started) / 1000) })),
  (error) => {
    console.error(error);
    process.exitCode = 1;
  },
);

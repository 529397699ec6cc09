// `npm run bench`: measures everything in one run and writes docs/performance.md.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { buildPrograms } from '../test/support/testPrograms';
import { benchActivation } from './activation';
import { benchContainers } from './containers';
import { benchEnding } from './ending';
import { benchGuard } from './guard';
import { benchLeaked } from './leaked';
import { markdown, type Table } from './measure';
import { benchSnapshot } from './snapshot';
import { benchSweep } from './sweep';
import { benchWrapper } from './wrapper';

const benches: Record<string, () => Promise<Table[]>> = {
  snapshot: async () => [await benchSnapshot([100, 1_000, 5_000])],
  ending: async () => [await benchEnding([10, 100, 500])],
  activation: async () => [await benchActivation()],
  leaked: async () => [await benchLeaked([30, 300])],
  sweep: async () => [await benchSweep([10, 100, 1_000])],
  guard: benchGuard,
  containers: async () => [await benchContainers([1, 10, 100])],
  launcher: async () => [await benchWrapper()],
};

async function main(): Promise<void> {
  const only = process.argv.slice(2);
  const tables: Table[] = [];
  const removePrograms = await buildPrograms();
  process.once('exit', removePrograms);
  for (const [name, bench] of Object.entries(benches)) {
    if (only.length > 0 && !only.includes(name)) continue;
    console.log(`Measuring ${name} …`);
    for (const table of await bench()) {
      tables.push(table);
      console.log(`\n${markdown(table)}`);
    }
  }
  if (only.length > 0) return;
  const machine = `${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores, Node ${process.version}, ${process.platform}`;
  const text = [
    '# Performance',
    '',
    'Written by `npm run bench`. Each figure is from the same run on the same machine as the one it is compared with; only the ratios hold elsewhere.',
    '',
    `Machine: ${machine}.`,
    '',
    ...tables.map(markdown),
  ].join('\n');
  mkdirSync('docs', { recursive: true });
  writeFileSync('docs/performance.md', text);
  execFileSync(process.execPath, ['node_modules/@biomejs/biome/bin/biome', 'format', '--write', 'docs/performance.md']);
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});

import { messageOf } from '../common/errors';
import { errorText } from '../wording/reasons';
import { openCore } from './openCore';
import { exitCodeOf, reap } from './reap';
import { listing, listingOfContainers, report } from './report';
import { parse, USAGE, wrongUsage } from './usage';

async function main(argv: string[]): Promise<number> {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(argv);
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n\n${USAGE}\n`);
    return 2;
  }
  const { values, positionals } = parsed;
  if (values.help) {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  const [command] = positionals;
  const all = values.all ?? false;
  const foreign = values['other-clients'] ?? false;
  const wrong = wrongUsage(positionals, values);
  if (wrong !== undefined) {
    process.stderr.write(`${wrong}\n\n${USAGE}\n`);
    return 2;
  }
  const core = await openCore(all || foreign);
  if (command === 'list') {
    await core.cycle.scanConfirmed();
    const { servers, containersWithoutClient } = core.store.inventory;
    const text = () => listing(servers, all) + listingOfContainers(containersWithoutClient);
    const json = () => `${JSON.stringify({ servers, containersWithoutClient }, undefined, 2)}\n`;
    process.stdout.write(values.json ? json() : text());
    return 0;
  }
  const dryRun = values['dry-run'] ?? false;
  const done = await reap(core, { dryRun, foreign, yes: values.yes ?? false });
  process.stdout.write(values.json ? `${JSON.stringify(done, undefined, 2)}\n` : report(done));
  if (foreign && !values.yes && !values.json && done.previews.some(({ of }) => of.kind === 'foreign')) {
    process.stdout.write('Servers of other clients were only shown. Add --yes to end them.\n');
  }
  return exitCodeOf(done, dryRun);
}

/** A reader that closes our output early, as `head` does, has read enough. Any other failed write is reported once. */
function watchOutput(): void {
  // Without a reader of stderr, only the exit code is left.
  process.stderr.on('error', () => {});
  process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
    if (code === 'EPIPE' || process.exitCode === 1) return;
    process.stderr.write(`The output could not be written: ${message}. Write it to another place.\n`);
    process.exitCode = 1;
  });
}

/** Runs the command line. Never rejects: what went wrong is on stderr, and in the exit code. */
export async function runCommandLine(argv: string[]): Promise<void> {
  watchOutput();
  try {
    process.exitCode ||= await main(argv);
  } catch (error) {
    process.stderr.write(`${errorText(error)}\n`);
    process.exitCode = 1;
  }
}

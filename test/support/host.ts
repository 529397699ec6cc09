// Stands for an extension host: launches what it is given, prints the pids, and lives until it is killed or its input
// ends, so that it does not outlive a killed test run.
import { spawn } from 'node:child_process';
import { choosePlatform } from '../../src/os/choosePlatform';
import { openDataFolder } from '../../src/registry/dataFolder';
import { OwnSession } from '../../src/registry/ownSession';
import { Tracker } from '../../src/tracker/tracker';
import { GUARD, SERVER, SHORT_GRACE } from './sandbox';
import { waitFor } from './waitFor';

const DEAF = ['--deaf-to-eof', '--deaf-to-term'];

async function main(): Promise<void> {
  const {
    home,
    servers,
    automatic,
    guard = false,
    node,
    guardShell,
    adopted = {},
    bystander = false,
    sharedStdin = false,
    grace = SHORT_GRACE,
    stopAtEnd = false,
  } = JSON.parse(process.argv[2] as string);
  const platform = await choosePlatform();
  const folder = openDataFolder(home);
  const self = await platform.self();
  const log = { info: () => {}, warn: () => {}, error: (message: string) => process.stderr.write(`${message}\n`) };
  const settings = { automatic, neverReap: [], launchTimeout: 60_000, guard, graceOf: () => grace };
  const tracker = new Tracker({
    platform,
    folder,
    self,
    own: new OwnSession(folder, log, self, 'host', undefined, settings),
    log,
    version: '0',
    guardScript: GUARD,
    node,
    guardShell,
    settings: () => settings,
    configured: () =>
      Object.entries<string[]>(adopted).map(([name, flags]) => ({
        key: `ws0:${name}`,
        name,
        client: 'VS Code',
        folder: undefined,
        file: undefined,
        managedBy: 'editor' as const,
        editorId: name,
        describe: undefined,
        matches: (args) => [SERVER, ...flags].every((arg, index) => args[index + 1] === arg),
      })),
    configurationProblems: () => [],
    onOutput: () => {},
  });
  const pids: (number | undefined)[] = [];
  for (const [name, flags] of Object.entries<string[] | { command: string; args: string[] }>(servers)) {
    await tracker.servers.launch({
      key: name,
      name,
      client: 'test',
      folder: undefined,
      ...(Array.isArray(flags) ? { command: process.execPath, args: [SERVER, ...flags] } : flags),
      cwd: undefined,
      environment: process.env as Record<string, string>,
      grace,
    });
    pids.push(tracker.inventory.servers.find((server) => server.key === name)?.pid);
  }
  // As the editor's own client does: not detached, no cookie, a pipe of ours as its input.
  for (const flags of Object.values<string[]>(adopted)) {
    const child = spawn(process.execPath, [SERVER, ...flags], { stdio: ['pipe', 'pipe', 'inherit'] });
    pids.push(child.pid);
    // Inherited by a process with its own session, for a client that outlives this host.
    const end = (child.stdin as unknown as { _handle: unknown })._handle as 'inherit';
    if (sharedStdin) spawn('sleep', ['300'], { stdio: ['ignore', end, 'ignore'], detached: true });
  }
  const recorded = pids.length;
  if (bystander) pids.push(spawn(process.execPath, [SERVER, '--silent', ...DEAF], { stdio: 'pipe' }).pid);
  const rows = () => tracker.inventory.servers.filter(({ group }) => group === 'thisWindow');
  await tracker.sweep();
  await waitFor(
    'all are recorded',
    () => rows().filter((row) => 'recordId' in row && row.recordId).length === recorded,
  );
  // For adopted servers the guard is armed beside the sweep.
  if (guard && recorded > 0) await waitFor('its guard is armed', () => tracker.guard.state.kind !== 'off');
  process.stdout.write(`${JSON.stringify(pids)}\n`);
  if (stopAtEnd) for (const name of Object.keys(servers)) await tracker.servers.stop(name);
  process.stdin.on('data', (data) => {
    const [word, name = ''] = String(data).trim().split(' ');
    if (word === 'deactivate') void tracker.deactivate().then(() => process.exit(0));
    if (word === 'disable') void tracker.deactivate();
    if (word === 'ask') void answer(name);
  });
  async function answer(name: string): Promise<void> {
    const result = (await tracker.servers.callTool(name, 'whoami', {})) as { content: { text: string }[] };
    process.stdout.write(`answer ${JSON.parse(result.content[0]?.text ?? '{}').pid}\n`);
  }
  process.stdin.once('end', () => process.exit(0));
}

void main();

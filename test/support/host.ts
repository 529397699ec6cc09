// Stands for an extension host: launches what it is told, prints the pids, and lives until it is killed.
import { Lifecycle } from '../../src/lifecycle/lifecycle';
import { OwnSession } from '../../src/lifecycle/ownSession';
import { createProcfsPlatform } from '../../src/os/procfs/procfsPlatform';
import { openDataFolder } from '../../src/registry/dataFolder';
import { GUARD, SERVER } from './sandbox';

async function main(): Promise<void> {
  const { home, servers, automatic, guard = false, node } = JSON.parse(process.argv[2] as string);
  const platform = createProcfsPlatform();
  if (!platform) throw new Error('no /proc');
  const folder = openDataFolder(home);
  const self = await platform.self();
  const log = { info: () => {}, warn: () => {}, error: (message: string) => process.stderr.write(`${message}\n`) };
  const settings = { automatic, neverReap: [], launchTimeout: 20_000, guard };
  const lifecycle = new Lifecycle({
    platform,
    folder,
    self,
    own: new OwnSession(folder, log, self, 'host', undefined, settings),
    log,
    version: '0',
    guardScript: GUARD,
    node,
    settings: () => settings,
    configured: () => [],
    configurationProblems: () => [],
    onOutput: () => {},
  });
  const pids: (number | undefined)[] = [];
  for (const [name, flags] of Object.entries<string[]>(servers)) {
    await lifecycle.launch({
      key: name,
      name,
      client: 'test',
      folder: undefined,
      command: process.execPath,
      args: [SERVER, ...flags],
      cwd: undefined,
      environment: process.env as Record<string, string>,
      grace: { stdin: 300, term: 300 },
    });
    pids.push(lifecycle.picture.servers.find((server) => server.key === name)?.pid);
  }
  process.stdout.write(`${JSON.stringify(pids)}\n`);
  process.stdin.on('data', (data) => {
    const [word, name = ''] = String(data).trim().split(' ');
    if (word === 'deactivate') void lifecycle.deactivate().then(() => process.exit(0));
    if (word === 'ask') void answer(name);
  });
  async function answer(name: string): Promise<void> {
    const result = (await lifecycle.callTool(name, 'whoami', {})) as { content: { text: string }[] };
    process.stdout.write(`answer ${JSON.parse(result.content[0]?.text ?? '{}').pid}\n`);
  }
  setTimeout(() => process.exit(0), 5 * 60_000);
}

void main();

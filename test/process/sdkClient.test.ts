import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ClientHome, killProcesses, pidsOf } from '../support/clientHome';
import { factsOf, kindsOf } from '../support/codes';
import { withSs } from '../support/programs';
import { isAlive } from '../support/sandbox';
import { waitFor } from '../support/waitFor';

const SDK = join(__dirname, '../../node_modules/@modelcontextprotocol/sdk/dist/esm/client');
const CLIENT = `
import { readFileSync } from 'node:fs';
import { Client } from ${JSON.stringify(pathToFileURL(join(SDK, 'index.js')).href)};
import { StdioClientTransport } from ${JSON.stringify(pathToFileURL(join(SDK, 'stdio.js')).href)};
for (const entry of Object.values(JSON.parse(readFileSync(process.argv[2], 'utf8')).mcpServers)) {
  const client = new Client({ name: 'test', version: '0' });
  await client.connect(new StdioClientTransport(entry));
  console.log((await client.listTools()).tools.length > 0 ? 'answered' : 'no tools');
}
setInterval(() => {}, 1_000);
`;

describe('a client made with the MCP SDK, its servers started through npx @no-ss', function () {
  this.timeout(300_000);
  let world: ClientHome;
  beforeEach(() => {
    world = new ClientHome();
  });
  afterEach(() => world.dispose());

  it('L04 L08 killed: the server that stays is found with proof, and ended on confirmation, wrappers too', async () => {
    world.write('.cursor/mcp.json', JSON.stringify({ mcpServers: world.entries }));
    const script = join(world.home, 'client.mjs');
    writeFileSync(script, CLIENT);
    const client = world.start(process.execPath, [script, join(world.home, '.cursor/mcp.json')]);
    await waitFor(
      'both servers answer their client',
      () => world.sandbox.log.join('').match(/answered/g)?.length === 2,
      60_000,
    );
    const tracker = await world.open();
    const before = await world.running(tracker);
    for (const row of [before.memory, before.deaf]) {
      assert.deepEqual([row.group, row.verdict], ['otherClients', 'active'], kindsOf(row).join());
      assert.deepEqual(factsOf(row, 'runs-under')[0]?.process, { pid: client.pid, name: 'node' });
    }
    await killProcesses([client.pid as number]);
    // The official server ends when its input does; so do its wrappers.
    await waitFor('the memory server is gone', () => !pidsOf(before.memory).some(isAlive));
    if (!withSs) {
      const row = (await world.rows(tracker)).get('deaf');
      assert.ok(kindsOf(row).includes('stdin-unknown'));
      await tracker.reapOrphans({ only: [row?.key ?? ''] });
      assert.ok(pidsOf(before.deaf).some(isAlive));
      return;
    }
    const orphan = await waitFor('the deaf one is proven to be orphaned', async () => {
      const rows = await world.rows(tracker);
      assert.deepEqual([...rows.keys()], ['deaf']);
      return rows.get('deaf')?.verdict === 'orphaned' ? rows.get('deaf') : undefined;
    });
    assert.ok(kindsOf(orphan).includes('stdin-gone'));
    // L30: a scan on request takes none of that back.
    const verdicts = new Set<string | undefined>();
    tracker.onDidChange(({ servers }) => verdicts.add(servers.find(({ key }) => key === orphan.key)?.verdict));
    await tracker.scanNow();
    assert.deepEqual([...verdicts], ['orphaned']);
    await tracker.reapOrphans({ only: [orphan.key] });
    assert.deepEqual(pidsOf(orphan).filter(isAlive), []);
    assert.deepEqual(world.sandbox.living(), []);
  });
});

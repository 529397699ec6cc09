import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SessionFile } from '../../../src/registry/schema';
import { isAlive, SERVER } from '../../support/sandbox';
import { waitFor } from '../../support/waitFor';
import { withSandbox } from '../../support/withSandbox';
import { EditorSandbox, ROOT } from '../support/editorSandbox';
import { Panel } from '../support/panel';
import { REMOTE_CONTROL, RemoteControl } from '../support/remoteControl';

const DEAF = { command: process.execPath, args: [SERVER, '--deaf-to-eof', '--deaf-to-term'] };

describe('the editor’s memory of a workspace', function () {
  this.timeout(300_000);
  const world = withSandbox(() => new EditorSandbox());

  it('L09 L23 after a crash with the data folder gone, what was launched and what the editor started are reaped', async () => {
    const control = new RemoteControl(join(world.path, 'control'));
    const folder = world.workspace('remembered');
    writeFileSync(join(folder, '.vscode/mcp.json'), JSON.stringify({ servers: { theirs: DEAF } }));
    const { page } = await world.openEditor(folder, {
      installed: [ROOT, REMOTE_CONTROL],
      environment: control.environment,
      settings: {
        'mcpProcesses.servers': { ours: DEAF },
        'mcpProcesses.launch.autoStart': true,
        // The guard would reap before the folder is gone.
        'mcpProcesses.guard.enabled': false,
        'mcpProcesses.reap.grace': { '*': { stdinSeconds: 1, termSeconds: 1 } },
      },
    });
    const host = await control.hostOf(folder);
    const session = await waitFor('both are recorded', async () => {
      const start = ['mcp.config.ws0.theirs', { autoTrustChanges: true }];
      await control.ask(folder, { command: 'workbench.mcp.startServer', args: start });
      const found = world.sessions().find((one) => one.folder === folder);
      return kinds(found) === 'adopted theirs,launched ours' ? found : undefined;
    });
    const pids = (session as SessionFile).records.map(({ root }) => root?.pid as number);
    const panel = new Panel(page);
    await waitFor('the editor has stored both', async () => {
      const state = await panel.workspaceState();
      return pids.every((pid) => JSON.stringify(state).includes(`"pid":${pid},`));
    });
    process.kill(host, 'SIGKILL');
    await waitFor('the host is gone', () => !isAlive(host));
    assert.deepEqual(pids.map(isAlive), [true, true], 'both outlive it');
    rmSync(world.folder.path, { recursive: true });
    await waitFor('the next host has reaped both', () => !pids.some(isAlive), 90_000);
    const next = await control.hostOf(folder, host);
    assert.ok(isAlive(next));
  });
});

function kinds(session: SessionFile | undefined): string {
  const records = session?.records ?? [];
  return records
    .map(({ kind, server, root }) => (root ? `${kind} ${server}` : ''))
    .sort()
    .join();
}

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSession } from '../../src/registry/schema';
import { Sandbox } from '../support/sandbox';
import { waitFor } from '../support/waitFor';

describe('launching a server', function () {
  this.timeout(120_000);
  let sandbox: Sandbox;
  beforeEach(() => {
    sandbox = new Sandbox();
  });
  afterEach(() => sandbox.dispose());

  const sessionFile = () => {
    const [file] = readdirSync(sandbox.folder.sessions);
    const parsed = parseSession(readFileSync(join(sandbox.folder.sessions, file as string), 'utf8'));
    assert.equal(parsed.kind, 'session');
    return parsed.kind === 'session' ? parsed.session : undefined;
  };

  it('records it, speaks MCP with it, calls a tool, and ends it', async () => {
    const lifecycle = await sandbox.lifecycle();
    await lifecycle.launch(sandbox.server('one'));
    const [view] = lifecycle.picture.servers;
    assert.equal(view?.state, 'running');
    assert.deepEqual(view?.introduction, { name: 'fixture', version: '1.0.0', tools: 1, resources: 0, prompts: 0 });
    assert.equal(sessionFile()?.records[0]?.root?.pid, view?.pid);
    const answer = (await lifecycle.callTool('one', 'whoami', {})) as { content: { text: string }[] };
    assert.deepEqual(JSON.parse(answer.content[0]?.text as string), { pid: view?.pid, cookie: true });
    const result = await lifecycle.stop('one');
    assert.deepEqual(
      result.processes.map(({ outcome }) => outcome),
      ['exited'],
    );
    assert.deepEqual(sandbox.living(), []);
    assert.deepEqual(readdirSync(sandbox.folder.sessions), []);
  });

  it('speaks with a server that knows only the protocol revision without initialize', async () => {
    const lifecycle = await sandbox.lifecycle();
    await lifecycle.launch(sandbox.server('newest', '--newest'));
    const { introduction } = lifecycle.picture.servers.find(({ key }) => key === 'newest') ?? {};
    assert.deepEqual([introduction?.name, introduction?.tools], ['newest', 1]);
    await lifecycle.stop('newest');
  });

  it('starting twice does not start two', async () => {
    const lifecycle = await sandbox.lifecycle();
    await Promise.all([lifecycle.launch(sandbox.server('one')), lifecycle.launch(sandbox.server('one'))]);
    await lifecycle.launch(sandbox.server('one'));
    assert.equal(sandbox.living().length, 1);
    await lifecycle.stop('one');
  });

  it('stop climbs the whole ladder for a server that ignores everything, with its children', async () => {
    const lifecycle = await sandbox.lifecycle();
    await lifecycle.launch(sandbox.server('deaf', '--deaf-to-eof', '--deaf-to-term', '--child=setsid'));
    await waitFor('its child runs', () => sandbox.living().length === 2);
    const result = await lifecycle.stop('deaf');
    const outcomes = result.processes.map(({ outcome }) => outcome);
    assert.equal(outcomes.length, 2);
    // The server itself; its child, still starting on a busy machine, may die of SIGTERM.
    assert.ok(outcomes.includes('killed') && outcomes.every((one) => one === 'killed' || one === 'terminated'));
    assert.deepEqual(sandbox.living(), []);
  });

  const failures: [string, Record<string, unknown>, RegExp][] = [
    ['a program that does not exist', { command: 'no-such-program-xyz' }, /was not found. Install it/],
    // /etc/hosts is no folder: the same answer as a folder that is closed to us.
    [
      'a program that is nowhere, while a part of PATH is closed',
      { command: 'no-such-program-xyz', environment: { ...process.env, PATH: '/etc/hosts:/usr/bin' } },
      /was not found. Install it/,
    ],
    ['a command that is a folder', { command: '/usr/' }, /is a folder/],
    ['a working folder that does not exist', { cwd: '/no/such/folder' }, /working folder/],
  ];
  for (const [what, change, expected] of failures) {
    it(`says what to do about ${what}, and leaves no record`, async () => {
      const lifecycle = await sandbox.lifecycle();
      await assert.rejects(lifecycle.launch({ ...sandbox.server('bad'), ...change }), expected);
      assert.deepEqual(readdirSync(sandbox.folder.sessions), []);
    });
  }

  it('reports a death in the handshake with its last words, and no secret', async () => {
    const lifecycle = await sandbox.lifecycle();
    await assert.rejects(lifecycle.launch(sandbox.server('dies', '--die')), (error: Error) => {
      assert.match(error.message, /exited with code 3 before it answered/);
      assert.match(error.message, /cannot open the database/);
      assert.doesNotMatch(error.message + sandbox.log.join(), /not-a-real-one/);
      return true;
    });
    assert.deepEqual(readdirSync(sandbox.folder.sessions), []);
  });

  for (const flag of ['--silent', '--garbage']) {
    it(`gives up on a server that is ${flag.slice(2)}, and ends it`, async () => {
      const lifecycle = await sandbox.lifecycle({ launchTimeout: 1_000 });
      await assert.rejects(lifecycle.launch(sandbox.server('odd', flag)), /did not answer within 1 s/);
      assert.deepEqual(sandbox.living(), []);
      assert.equal(lifecycle.picture.servers[0]?.state, 'failed');
    });
  }
});

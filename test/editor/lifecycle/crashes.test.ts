import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { readHistory } from '../../../src/registry/history';
import type { SessionFile } from '../../../src/registry/schema';
import { isAlive, SERVER } from '../../support/sandbox';
import { waitFor } from '../../support/waitFor';
import { withSandbox } from '../../support/withSandbox';
import { EditorSandbox, type OpenEditor, ROOT } from '../support/editorSandbox';
import { REMOTE_CONTROL, RemoteControl } from '../support/remoteControl';

const SERVERS = Object.fromEntries(
  Object.entries({
    polite: [],
    eof: ['--deaf-to-eof'],
    deaf: ['--deaf-to-eof', '--deaf-to-term', '--child=setsid'],
  }).map(([name, flags]) => [name, { command: process.execPath, args: [SERVER, ...flags] }]),
);
/** Three servers, and the child of one, in its own POSIX session. */
const ALL = 4;
/** A small heap fills soon, which saves time. A host that dies three times in 5 min gets no successor. */
const SMALL_HEAP = { NODE_OPTIONS: '--max-old-space-size=384' };

/**
 * Window A crashes in every way. Window B has its own editor and its own server, shares nothing with A
 * but the data folder, and must not notice. All tests share one B, and one A while it lives, as editors start slowly.
 */
describe('crashes beside a living window', function () {
  this.timeout(420_000);
  const world = withSandbox(() => new EditorSandbox(), 'suite');
  let control: RemoteControl;
  let a: (OpenEditor & { window: Page; folder: string }) | undefined;
  let b: OpenEditor & { folder: string; pids: readonly number[] };
  let windows = 0;

  before(async () => {
    control = new RemoteControl(join(world.path, 'control'));
    const folder = world.workspace('beside');
    const opened = await openEditor(folder, { 'mcpProcesses.servers': { other: SERVERS.polite } });
    b = { ...opened, folder, pids: treeOf(await running(folder, 1)) };
  });
  afterEach(async function () {
    // The next test gets a new window A.
    if (this.currentTest?.state === 'failed') await closeA();
  });

  const openEditor = (folder: string, settings: Record<string, unknown>) =>
    world.openEditor(folder, {
      installed: [ROOT, REMOTE_CONTROL],
      environment: { ...control.environment, ...SMALL_HEAP },
      settings: {
        'mcpProcesses.launch.autoStart': true,
        'mcpProcesses.reap.grace': { '*': { stdinSeconds: 1, termSeconds: 1 } },
        // Only tests start sweeps, so that it is certain which process reaped.
        'mcpProcesses.sweep.intervalSeconds': 0,
        ...settings,
      },
    });

  /** Waits for the session of a window whose servers are all running, with their children in the census. */
  const running = (folder: string, expected = ALL, former = '') =>
    waitFor(
      `all servers of ${folder} are running`,
      () => {
        const session = world
          .sessions()
          .find((one) => one.folder === folder && one.handedOver === undefined && one.id !== former);
        const living = session ? treeOf(session).filter(isAlive) : [];
        if (living.length >= expected) return session as SessionFile;
        throw new Error(`${living.length} processes are running`);
      },
      90_000,
    );

  /** Window A with its servers running; opens a new one in a new editor if there is none. */
  async function openA() {
    if (!a) {
      const folder = world.workspace(`a${++windows}`);
      const opened = await openEditor(folder, { 'mcpProcesses.servers': SERVERS });
      a = { ...opened, window: opened.page, folder };
    }
    const session = await running(a.folder);
    return { ...a, session, pids: treeOf(session) };
  }

  async function closeA() {
    await a?.browser.close();
    await a?.server.stop();
    a = undefined;
  }

  /** Living processes of a session's servers, found by their cookie, which they keep. */
  const treeOf = (session: SessionFile) => world.living().filter((pid) => isOf(pid, session));

  /** Which processes reaped something of a session. */
  const reapers = (session: SessionFile) =>
    readHistory(world.folder, 0, 1_000).flatMap(({ sessionId, by }) => (sessionId === session.id ? [by] : []));

  /** Whether the session is noted as crashed, so that a window announces it. */
  const isCrash = ({ id }: SessionFile) =>
    readdirSync(world.folder.history).some((name) => name.startsWith(`crash-${id}.`));

  const guardsOf = (session: SessionFile) =>
    world.watchers().filter((pid) => read(`/proc/${pid}/cmdline`).includes(session.id));

  /** Waits until all of these are gone, and checks that window B's server answers. */
  async function nothingLeft(pids: readonly number[]) {
    assert.ok(pids.length >= ALL);
    await waitFor('nothing is left', () => none(pids), 60_000);
    await answersInB();
  }

  /** Calls a tool of B's server, as a person would: it answers from the same process as before. */
  async function answersInB() {
    const answer = await callTool(b.folder, 'other');
    assert.deepEqual([answer], b.pids);
  }

  async function callTool(folder: string, server: string): Promise<number> {
    const request = { api: 'callTool', args: [`setting:${server}`, 'whoami'] };
    const { content } = await control.ask<{ content: { text: string }[] }>(folder, request);
    return JSON.parse(content[0]?.text as string).pid;
  }

  it('L09 K14 host stopped through two sweeps of the other window, then continued: nothing is reaped', async () => {
    const { session, pids, folder } = await openA();
    process.kill(session.owner.pid, 'SIGSTOP');
    try {
      for (let sweep = 0; sweep < 2; sweep++) await control.ask(b.folder, { api: 'sweep' });
      assert.deepEqual(await control.ask(b.folder, { api: 'reapOrphans' }), []);
    } finally {
      process.kill(session.owner.pid, 'SIGCONT');
    }
    for (const name of Object.keys(SERVERS)) assert.ok(pids.includes(await callTool(folder, name)));
    assert.deepEqual(pids.filter(isAlive), pids);
    await answersInB();
  });

  it('L08 L05 host killed with -9: the guard leaves nothing, and the successor starts its own', async () => {
    const { session, pids, folder } = await openA();
    process.kill(session.owner.pid, 'SIGKILL');
    await nothingLeft(pids);
    await waitFor('the guard says so', () => reapers(session).includes('guard'));
    await waitFor('it is noted', () => isCrash(session));
    await running(folder, ALL, session.id);
  });

  it('L08 L05 host out of memory: the same', async () => {
    const { session, pids, folder } = await openA();
    await control.ask(folder, { exhaust: true });
    await waitFor('the host has died', () => !isAlive(session.owner.pid), 60_000);
    await nothingLeft(pids);
    await running(folder, ALL, session.id);
  });

  it('L13 L05 window reloaded: the old servers end, new ones start', async () => {
    const { session, pids, folder, window } = await openA();
    await window.reload();
    await nothingLeft(pids);
    await running(folder, ALL, session.id);
    assert.equal(isCrash(session), false);
  });

  it('L13 L05 window closed: nothing is left', async () => {
    const { session, pids, window } = await openA();
    await window.close();
    await nothingLeft(pids);
    await waitFor('its host is gone', () => !isAlive(session.owner.pid));
    await waitFor('its guards are gone', () => none(guardsOf(session)));
    assert.equal(isCrash(session), false);
    // The next test gets another window of the same editor.
    if (!a) return;
    const { openWindow } = await import('../host/window.mjs');
    const folder = world.workspace(`a${++windows}`);
    a = { ...a, folder, window: await openWindow(a.browser, a.server, folder) };
  });

  it('L08 L05 server process of the editor killed with -9, nothing else: nothing is left', async () => {
    const { session, pids, server } = await openA();
    process.kill(server.pid, 'SIGKILL');
    await nothingLeft(pids);
    await waitFor('the host has noticed', () => !isAlive(session.owner.pid));
    await closeA();
  });

  it('L19 L05 editor and guard killed with -9: all stay (control) until a window is opened', async () => {
    const { session, pids, server } = await openA();
    const [guard, ...more] = guardsOf(session);
    assert.ok(guard && more.length === 0);
    // A running host would arm another guard.
    process.kill(session.owner.pid, 'SIGSTOP');
    process.kill(guard, 'SIGKILL');
    server.kill();
    await waitFor('they are gone', () => none([guard, session.owner.pid, server.pid]));
    // Polite servers have ended on their own; the others stay, as nothing is there to end them.
    const stay = () => pids.filter(isAlive).length;
    await waitFor('the polite one has ended', () => stay() === ALL - 1);
    await answersInB();
    assert.equal(stay(), ALL - 1);
    const next = world.workspace('next');
    const { openWindow } = await import('../host/window.mjs');
    const page = await openWindow(b.browser, b.server, next);
    await nothingLeft(pids);
    await waitFor('the window says so', () => reapers(session).length > 0);
    assert.ok(reapers(session).every((by) => by === 'window'));
    await waitFor('it is noted', () => isCrash(session));
    await page.close();
    await closeA();
  });

  it('reap.automatic set to "ask" while servers run, then the editor killed with -9: the guard ends nothing', async () => {
    const { session, pids, server, folder } = await openA();
    await control.ask(folder, { setting: 'mcpProcesses.reap.automatic', value: 'ask' });
    await waitFor('the session file says so', () =>
      world.sessions().some(({ id, automatic }) => id === session.id && automatic === 'ask'),
    );
    const guards = guardsOf(session);
    assert.ok(guards.length > 0);
    server.kill();
    await waitFor('the guard has come and gone', () => none(guards));
    await waitFor('the polite one has ended', () => pids.filter(isAlive).length === ALL - 1);
    assert.deepEqual(reapers(session), []);
    // A sweep asks too; they end only when a person confirms.
    await control.ask(b.folder, { api: 'sweep' });
    assert.equal(pids.filter(isAlive).length, ALL - 1);
    await control.ask(b.folder, { api: 'reapOrphans' });
    await nothingLeft(pids);
    await closeA();
  });
});

/** @throws with the pids that are alive. */
function none(pids: readonly number[]): true {
  const left = pids.filter(isAlive);
  if (left.length > 0) throw new Error(left.map((pid) => `${pid} ${read(`/proc/${pid}/cmdline`)}`).join('; '));
  return true;
}

function isOf(pid: number, { id }: SessionFile): boolean {
  return read(`/proc/${pid}/cmdline`).includes(SERVER) && read(`/proc/${pid}/environ`).includes(`:${id}:`);
}

function read(file: string): string {
  try {
    return readFileSync(file, 'latin1').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

import './fakeEditor';
import assert from 'node:assert/strict';
import type { ServerView } from '../../../src/model/serverView';
import type { Crash } from '../../../src/registry/crashes';
import type { CrashReport } from '../../../src/tracker/formerCrashes';
import { CrashNotice } from '../../../src/views/crashNotice';
import { type Editor, newEditor } from './fakeEditor';
import { actionsOver, configuredView, inventoryOf, launchedView } from './rows';

const WS = '/home/me/ws';
const ran = (...names: string[]): Crash => ({
  ...{ at: 1, sessionId: 's', startedAt: 1, folder: WS },
  servers: names.map((server) => ({ server, client: 'MCP Processes', folder: WS })),
});

/** A configured server of this window. */
const configured = (name: string, folder = WS) => configuredView({ key: name, name, folder });

describe('after a crash', () => {
  let editor: Editor;
  beforeEach(() => {
    editor = newEditor();
  });

  interface Situation {
    crashes?: Crash[];
    ended?: number;
    memoryFreed?: number;
    servers?: ServerView[];
    checks?: number;
    click?: string;
    folder?: string;
  }

  /** Checks as often as a window does in its first seconds. @returns what the editor was asked for. */
  async function notify({ crashes = [ran('a', 'b')], ended = 1, memoryFreed = 86 << 20, ...rest }: Situation) {
    const { servers = [configured('a'), configured('b')], checks = 2, click, folder = WS } = rest;
    const asked: string[] = [];
    let isTaken = false;
    const actions = actionsOver(servers, {
      inventory: () => inventoryOf(servers),
      crashes: () => (isTaken ? [] : crashes),
      takeCrashes: (): CrashReport => {
        isTaken = true;
        return { crashes, ended, memoryFreed };
      },
      ownFolder: () => folder,
      start: async (key) => void asked.push(`start ${key}`),
    });
    editor.click = () => click;
    const notice = new CrashNotice(actions, { showHistory: async () => void asked.push('history') });
    for (let round = 0; round < checks; round++) await notice.check();
    notice.dispose();
    return asked;
  }
  const messages = () => editor.messages.map(({ kind, text, buttons }) => [kind, text, ...buttons]);

  it('says once what was left, and offers to start what ran before', async () => {
    await notify({ checks: 5 });
    const text = 'After a crash: 1 leftover server ended, 86 MB freed.';
    assert.deepEqual(messages(), [['information', text, 'Start Again', 'Details']]);
  });

  it('does what the buttons say', async () => {
    assert.deepEqual(await notify({ click: 'Start Again' }), ['start a', 'start b']);
    assert.deepEqual(await notify({ click: 'Details' }), ['history']);
    assert.deepEqual(editor.messages.at(-1)?.buttons, ['Start Again'], 'still offered');
  });

  it('offers only what is still configured and is not running', async () => {
    const running = launchedView({ key: 'b', name: 'b', folder: WS });
    assert.deepEqual(await notify({ servers: [configured('a'), running], click: 'Start Again' }), ['start a']);
    const elsewhere = configured('a', '/elsewhere');
    await notify({ crashes: [ran()], servers: [elsewhere] });
    assert.deepEqual(editor.messages.at(-1)?.buttons, ['Details']);
  });

  it('waits for settings that come late', async () => {
    await notify({ servers: [configured('a')], checks: 3 });
    assert.deepEqual(messages(), []);
  });

  it('offers what ran, even if nothing was left', async () => {
    await notify({ ended: 0, memoryFreed: 0 });
    assert.deepEqual(messages(), [['information', 'After a crash: 2 servers are no longer running.', 'Start Again']]);
  });

  it('says nothing if nothing was left and everything is running again', async () => {
    const servers = ['a', 'b'].map((name) => launchedView({ key: name, name, folder: WS }));
    await notify({ ended: 0, memoryFreed: 0, servers });
    assert.deepEqual(messages(), []);
  });

  it('names the window if it was another one', async () => {
    await notify({ crashes: [ran()], ended: 2, memoryFreed: 0, folder: '/home/me/other' });
    assert.deepEqual(messages(), [
      ['information', 'After the window "ws" crashed: 2 leftover servers ended.', 'Details'],
    ]);
  });
});

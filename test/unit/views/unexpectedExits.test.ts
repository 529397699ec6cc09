import './fakeEditor';
import assert from 'node:assert/strict';
import { mock } from 'node:test';
import type { Inventory } from '../../../src/model/inventory';
import type { Failure, LaunchedView, ServerView } from '../../../src/model/serverView';
import { UnexpectedExits } from '../../../src/views/unexpectedExits';
import { type Editor, newEditor, settled } from './fakeEditor';
import { actionsOver, inventoryOf, launchedView } from './rows';

const KILLED: Failure = { kind: 'exit', at: 1, exit: { signal: 'SIGKILL' }, lastLine: 'no memory' };
let records = 0;
/** A server of this window that ended just now, by default from a signal. */
function ended(name: string, failure: Failure = KILLED): LaunchedView {
  const row = { key: `setting:${name}`, name, group: 'thisWindow', verdict: 'gone', state: 'failed', failure } as const;
  return launchedView({ ...row, recordId: `r${++records}` });
}

describe('a server that ends without being asked', () => {
  let editor: Editor;
  let publish: (inventory: Inventory) => void;
  let exits: UnexpectedExits;
  let asked: string[];
  let shown: readonly ServerView[];

  beforeEach(() => {
    editor = newEditor();
    asked = [];
    mock.timers.enable({ apis: ['setTimeout', 'Date'] });
    shown = [];
    const actions = actionsOver([], {
      inventory: () => inventoryOf(shown),
      onDidChange: (listener) => {
        publish = listener;
        return { dispose() {} };
      },
      restart: async (key) => void asked.push(`restart ${key}`),
      showOutput: async (key) => void asked.push(`output ${key}`),
    });
    exits = new UnexpectedExits(actions);
  });

  afterEach(() => {
    exits.dispose();
    mock.timers.reset();
  });

  const show = (...servers: ServerView[]) => {
    shown = servers;
    publish(inventoryOf(servers));
  };
  const aMoment = () => mock.timers.tick(500);
  const texts = () => editor.messages.map(({ kind, text }) => `${kind}: ${text}`);

  it('is announced once, with what can be done', () => {
    const everything = ended('everything');
    show(everything);
    show(everything);
    aMoment();
    show(everything);
    aMoment();
    assert.deepEqual(texts(), ['warning: everything stopped unexpectedly (SIGKILL).']);
    assert.deepEqual(editor.messages[0]?.buttons, ['Restart', 'Show Output']);
  });

  it('is announced with its exit code, if it has one', () => {
    show(ended('a', { kind: 'exit', at: 1, exit: { code: 3 }, lastLine: undefined }));
    aMoment();
    assert.deepEqual(texts(), ['warning: a stopped unexpectedly (exit code 3).']);
  });

  it('shares one message with others that end at the same time', async () => {
    editor.click = (buttons) => buttons[0];
    const a = ended('a');
    show(a);
    show(a, ended('b'), ended('c'));
    aMoment();
    assert.deepEqual(texts(), ['warning: 3 servers stopped unexpectedly: a, b, c.']);
    assert.deepEqual(editor.messages[0]?.buttons, ['Restart All', 'Show Output']);
    mock.timers.reset();
    await settled();
    assert.deepEqual(asked, ['restart setting:a', 'restart setting:b', 'restart setting:c']);
  });

  it('is not restarted by an old message if it was started since', async () => {
    editor.click = (buttons) => buttons[0];
    const [a, b] = [ended('a'), ended('b')];
    show(a, b);
    shown = [launchedView({ key: a.key, name: a.name, recordId: 'another' }), b];
    aMoment();
    mock.timers.reset();
    await settled();
    assert.deepEqual(asked, ['restart setting:b']);
  });

  it('is named if it is among the first of many', () => {
    show(...'abcdefg'.split('').map((name) => ended(name)));
    aMoment();
    assert.deepEqual(texts(), ['warning: 7 servers stopped unexpectedly: a, b, c, d, e and 2 more.']);
  });

  it('has its output one click away', async () => {
    editor.click = (buttons) => buttons[1];
    show(ended('a'));
    aMoment();
    mock.timers.reset();
    await settled();
    assert.deepEqual(asked, ['output setting:a']);
  });

  it('is announced three times in ten minutes; the third says so, and other servers are still announced', () => {
    for (let time = 0; time < 10; time++) {
      show(ended('loops'));
      aMoment();
    }
    assert.deepEqual(texts(), [
      'warning: loops stopped unexpectedly (SIGKILL).',
      'warning: loops stopped unexpectedly (SIGKILL).',
      'warning: loops stopped unexpectedly (SIGKILL). This keeps happening. Further exits are shown only in the MCP Processes view.',
    ]);
    show(ended('loops'), ended('other'));
    aMoment();
    assert.deepEqual(texts().slice(3), ['warning: other stopped unexpectedly (SIGKILL).']);
    mock.timers.tick(10 * 60_000);
    show(ended('loops'));
    aMoment();
    assert.deepEqual(texts().slice(4), ['warning: loops stopped unexpectedly (SIGKILL).']);
  });

  it('is not announced here if it failed to start', () => {
    const failure = {
      kind: 'start' as const,
      at: 1,
      problem: { kind: 'said' as const, text: 'no.' },
      exit: undefined,
      lastLine: undefined,
    };
    show(ended('a', failure), launchedView());
    aMoment();
    assert.deepEqual(texts(), []);
  });
});

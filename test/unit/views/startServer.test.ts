import './fakeEditor';
import assert from 'node:assert/strict';
import { restartServer, startServer } from '../../../src/views/startServer';
import { CancellationError, type Editor, newEditor, settled } from './fakeEditor';
import { actionsOver, configuredView, launchedView } from './rows';

const PROBLEM = '"files" cannot start: it did not answer within 1 s.';

describe('a server that does not start', () => {
  let editor: Editor;
  beforeEach(() => {
    editor = newEditor();
  });

  /** Starts it; the first start fails. @returns what the editor was asked for. */
  async function start(lastLine: string | undefined, click: string | undefined, by: 'us' | 'editor' = 'us') {
    const asked: string[] = [];
    const failure = {
      kind: 'start' as const,
      at: 1,
      problem: { kind: 'said' as const, text: 'no.' },
      exit: undefined,
      lastLine,
    };
    const server =
      by === 'us'
        ? launchedView({ state: 'failed', verdict: 'gone', failure })
        : configuredView({ managedBy: 'editor' });
    const actions = actionsOver([server], {
      start: async () => {
        asked.push('start');
        if (asked.length === 1) throw new Error(PROBLEM);
      },
      showOutput: async () => void asked.push('output'),
    });
    editor.click = () => click;
    editor.command = (id, args) => asked.push(`${id} ${args}`);
    await startServer(server, actions);
    await settled();
    return asked;
  }

  it('is shown with what can be done, and with its output if there is any', async () => {
    await start('no database', undefined);
    await start(undefined, undefined);
    assert.deepEqual(
      editor.messages.map(({ kind, text, buttons }) => [kind, text, buttons]),
      [
        ['error', PROBLEM, ['Show Output', 'Open Configuration', 'Retry']],
        ['error', PROBLEM, ['Open Configuration', 'Retry']],
      ],
    );
  });

  it('does what the buttons say', async () => {
    assert.deepEqual(await start('x', 'Show Output'), ['start', 'output']);
    assert.deepEqual(await start('x', 'Open Configuration'), ['start', 'mcpProcesses.showConfiguration s:r']);
    assert.deepEqual(await start('x', 'Retry'), ['start', 'start']);
  });

  it('is left to the editor if it is the editor’s', async () => {
    await assert.rejects(start(undefined, undefined, 'editor'), /cannot start/);
    assert.deepEqual(editor.messages, []);
  });

  it('control: what a person cancelled is no failure', async () => {
    const restart = async () => {
      throw new CancellationError();
    };
    await assert.rejects(restartServer(launchedView(), actionsOver([], { restart })), CancellationError);
    assert.deepEqual(editor.messages, []);
  });
});

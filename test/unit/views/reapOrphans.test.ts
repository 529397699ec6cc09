import './fakeEditor';
import assert from 'node:assert/strict';
import type { ReapResult } from '../../../src/model/reapResult';
import type { ServerView } from '../../../src/model/serverView';
import { registerCommands } from '../../../src/views/commands/register';
import { type Editor, newEditor } from './fakeEditor';
import { actionsOver, foreignView, resultOf, serverView } from './rows';

const theirs = foreignView({ key: 'other:1' });

describe('Reap Orphaned MCP Servers reports', () => {
  let editor: Editor;
  beforeEach(() => {
    editor = newEditor();
    editor.pick = (items) => items;
  });

  async function reap(servers: readonly ServerView[], reapOrphans: () => Promise<ReapResult[]>): Promise<string[]> {
    registerCommands({ subscriptions: [] }, actionsOver(servers, { reapOrphans }), { info() {}, error() {} });
    await editor.registered.get('mcpProcesses.reapOrphans')?.();
    return editor.messages.map(({ kind, text }) => `${kind}: ${text}`);
  }

  it('that it was cancelled before anything was ended', async () => {
    const calledOff = async () => {
      editor.cancel();
      return [];
    };
    assert.deepEqual(await reap([theirs], calledOff), ['information: Cancelled. Nothing was ended.']);
  });

  it('that it was cancelled after something was ended', async () => {
    const calledOff = async () => {
      editor.cancel();
      return [resultOf()];
    };
    assert.deepEqual(await reap([theirs], calledOff), ['information: Ended 1 orphaned server (1 process).']);
  });

  it('that no orphan was left, if it was not cancelled', async () => {
    const none = async () => [];
    assert.deepEqual(await reap([theirs], none), ['information: No orphaned servers found.']);
  });

  it('what could not be ended, as a warning that says what to do', async () => {
    const failed = async () => [
      resultOf({
        processes: [],
        problem: { kind: 'failed', session: 's', reason: { kind: 'system', code: 'ENOSPC' } },
      }),
    ];
    assert.deepEqual(await reap([serverView()], failed), [
      'warning: 1 server could not be ended. Reaping session s failed: ENOSPC. Reap again.',
    ]);
  });
});

import './fakeEditor';
import assert from 'node:assert/strict';
import type { Inventory } from '../../../src/model/inventory';
import type { Refusal } from '../../../src/model/refusal';
import type { Failure, ServerView, SessionView } from '../../../src/model/serverView';
import { seen } from '../../../src/os/users';
import { capabilitiesOf } from '../../../src/views/capabilities';
import {
  countedOrphans,
  evidenceText,
  serverInfoSentence,
  stateWord,
  uncountedOrphans,
  verdictSentence,
} from '../../../src/views/serverWords';
import { configuredView, foreignView, inventoryOf, launchedView, NODE, rowOf, serverView } from './rows';

const LISTED: Refusal = { rule: 'notListedToKeep', found: 'listed', pattern: 'node server.js' };
const IN_DOUBT: Refusal = { rule: 'notListedToKeep', found: 'unknown' };

describe('orphans that badge and status bar count', () => {
  const child = (spared: Refusal | undefined) => ({ ...NODE, pid: 501, spared });
  const table: [string, Partial<SessionView>, boolean][] = [
    ['one that may be reaped', {}, true],
    ['one that the user keeps', { processes: [{ ...NODE, spared: LISTED }] }, false],
    [
      'with all below it',
      { processes: [{ ...NODE, spared: LISTED, children: [child({ rule: 'notEditor' })] }] },
      false,
    ],
    ['one that is spared in doubt', { processes: [{ ...NODE, spared: IN_DOUBT }] }, true],
    ['one of which the user keeps a part', { processes: [{ ...NODE, spared: LISTED }, child(undefined)] }, true],
    ['the user keeps only what is below', { processes: [{ ...NODE, children: [child(LISTED)] }] }, true],
    ['a container that is left', { processes: [] }, true],
  ];
  for (const [what, over, counts] of table) {
    it(`${what}: ${counts ? 'counts, and is offered to be reaped' : 'neither counts nor is offered to be reaped'}`, () => {
      const server = serverView(over);
      assert.deepEqual(countedOrphans(inventoryOf([server])), counts ? [server] : []);
      assert.equal(capabilitiesOf(server).canReap, counts);
      assert.equal(capabilitiesOf(server).canNeverReap, counts && server.processes.length > 0);
    });
  }
});

describe('orphans of other clients that badge and status bar leave out', () => {
  const theirs = foreignView({ memory: 13 << 20 });
  const listed = foreignView({ processes: [{ ...NODE, spared: LISTED }] });
  const living = foreignView({ verdict: 'active', group: 'otherClients' });
  const summary = (servers: ServerView[], reapForeign: Inventory['reapForeign'] = 'report') =>
    uncountedOrphans({ ...inventoryOf(servers), reapForeign });

  it('are counted with their memory', () => {
    assert.equal(summary([theirs]), '1 orphaned server of other clients · 13 MB');
    assert.equal(summary([theirs, theirs, living, listed]), '2 orphaned servers of other clients · 26 MB');
  });

  it('are none if there are none, if the user keeps them, or if the badge counts them', () => {
    for (const servers of [[], [serverView()], [listed], [living]]) assert.equal(summary(servers), undefined);
    for (const reapForeign of ['ask', 'auto'] as const) assert.equal(summary([theirs], reapForeign), undefined);
  });
});

describe('the description of a server', () => {
  const facts = { at: Date.UTC(2026, 0, 1), lastLine: 'no database' };
  const failures: [Failure, string, string][] = [
    [
      { kind: 'start', problem: { kind: 'exited', exit: { code: 3 } }, exit: { code: 3 }, ...facts },
      'Failed to start: it exited with code 3 before it answered.',
      'failed · exit code 3',
    ],
    [
      { kind: 'start', problem: { kind: 'not-found', command: 'x' }, exit: undefined, ...facts },
      'Failed to start: the program "x" was not found. Install it, or give its full path in "command".',
      'failed',
    ],
    [{ kind: 'exit', exit: { code: 3 }, ...facts }, 'Stopped unexpectedly (exit code 3).', 'failed · exit code 3'],
    [{ kind: 'exit', exit: { signal: 'SIGKILL' }, ...facts }, 'Stopped unexpectedly (SIGKILL).', 'failed · SIGKILL'],
    [{ kind: 'exit', exit: {}, ...facts }, 'Stopped unexpectedly.', 'failed'],
  ];
  for (const [failure, sentence, word] of failures) {
    it(`${sentence} once, with its last line and the time`, () => {
      const failed = launchedView({ state: 'failed', verdict: 'gone', failure });
      assert.equal(verdictSentence(failed), sentence);
      assert.equal(stateWord(failed), word);
      const text = evidenceText(failed);
      assert.equal(text.split(sentence).length, 2);
      assert.match(text, /Last line of its output: no database\nTime: /);
    });
  }

  it('says the verdict, the owner, and what is under way', () => {
    const there = { group: 'otherClients', verdict: 'active', client: 'Codex' } as const;
    const unknown = { group: 'ownerUnknown', verdict: 'unknown' } as const;
    const table: [ServerView, string][] = [
      [launchedView(), 'Running. Used by this window.'],
      [foreignView(there), 'Running. Used by Codex.'],
      [foreignView(unknown), "Can't tell whether anything still uses it, so it is left alone."],
      [foreignView({ ...unknown, checking: true }), 'Checking whether anything uses it …'],
      [foreignView({ ...there, checking: true }), 'Running. Used by Codex. Checking again …'],
      [launchedView({ state: 'stopping' }), 'Stopping: it has been asked to exit.'],
      [serverView({ state: 'stopping' }), 'Ending: each process is checked again before it receives a signal.'],
    ];
    for (const [server, sentence] of table) assert.equal(verdictSentence(server), sentence);
  });

  it('K33 says that a server outlived its client and is in use', () => {
    const used = serverView({ verdict: 'active', group: 'otherClients', usedBy: seen({ pid: 7, name: 'python3' }) });
    assert.equal(stateWord(used), 'in use');
    assert.equal(verdictSentence(used), 'In use: no known client runs it, but python3 (pid 7) is connected to it.');
    assert.deepEqual(countedOrphans(inventoryOf([used])), []);
    assert.equal(capabilitiesOf(used).canReap, false);
  });

  it('has the ids for bug reports at the end of the evidence, and nowhere else', () => {
    const ids = { sessionId: '5e55', recordId: '4ec0', evidence: [{ kind: 'started-here' } as const] };
    assert.match(evidenceText(serverView(ids)), /\n\nFor bug reports:\n {2}Session: 5e55\n {2}Record: 4ec0\n$/);
    const { value } = rowOf(serverView(ids)).tooltip();
    assert.match(value, /started by this window/);
    assert.doesNotMatch(value, /5e55|4ec0/);
    const none = configuredView();
    assert.doesNotMatch(evidenceText(none), /bug reports/);
  });

  it('has what the server says about itself, singular and plural', () => {
    const said = { name: 'files', version: '1.0', tools: 1, resources: 0, prompts: 2 };
    assert.equal(serverInfoSentence(said), 'Server: files 1.0 · 1 tool, 0 resources, 2 prompts');
    assert.match(serverInfoSentence({ ...said, tools: 2, resources: 1, prompts: 1 }), /2 tools, 1 resource, 1 prompt$/);
  });
});

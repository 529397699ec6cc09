import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Inspection, ProcessEntry, Snapshot } from '../../../src/os/platform';
import { WRAPPER_EDITOR } from '../../../src/registry/schema';
import { clientName, findOwner, isOwnerGone } from '../../../src/wrapper/owner';

/** A chain of processes, the first of them pid 1; the last is the wrapper. */
function chain(...processes: (readonly [name: string, ...args: string[]])[]): Snapshot {
  const entries = processes.map(
    ([name, ...args], index): ProcessEntry => ({
      pid: index + 1,
      start: `t${index}`,
      ppid: index,
      uid: 1,
      pgid: 1,
      sid: 1,
      hasTerminal: false,
      zombie: false,
      name,
      args: args.length > 0 ? args : [name],
      memory: 1,
      cpuTime: 1,
      cookie: undefined,
      environmentReadable: true,
    }),
  );
  return { scope: 't0', takenAt: 0, processes: new Map(entries.map((entry) => [entry.pid, entry])) };
}

const NODE_NPX = ['node', 'node', '/usr/lib/node_modules/npm/bin/npx-cli.js', '-y', 'x'] as const;
const CASES: [string, Snapshot, number | undefined][] = [
  ['a client', chain(['init'], ['claude'], ['node']), 2],
  ['a client behind shells', chain(['init'], ['claude'], ['bash'], ['sh'], ['node']), 2],
  ['a client behind npx under its own title', chain(['init'], ['codex'], ['npm exec @x/y'], ['sh'], ['node']), 2],
  ['a client behind npx before it has one', chain(['init'], ['codex'], NODE_NPX, ['node']), 2],
  ['a client in Node', chain(['init'], ['node', 'node', '/x/client.js'], ['node']), 2],
  ['Windows', chain(['wininit'], ['Code.exe'], ['cmd.exe'], ['node.exe']), 2],
  ['nobody but init', chain(['init'], ['sh'], ['node']), undefined],
];

describe('the owner of what `mcp-processes run` starts', () => {
  for (const [name, snapshot, pid] of CASES) {
    it(name, () => assert.equal(findOwner(snapshot, snapshot.processes.size)?.pid, pid));
  }

  it('has a name for people', () => {
    const [, client] = chain(['init'], ['MainThread', '/usr/bin/node', 'x.js']).processes.values();
    assert.equal(clientName(client as ProcessEntry), 'node');
  });

  it('is gone only for certain: where starts are told in seconds, one may be told a second off', async () => {
    const [client] = chain(['client']).processes.values();
    const present = (change: Partial<ProcessEntry>): Inspection => ({
      kind: 'present',
      entry: { ...(client as ProcessEntry), ...change },
    });
    const table: [Inspection, string, boolean][] = [
      [present({ start: 't5' }), 't5', false],
      [present({ start: 't6' }), 't5', true],
      [present({ start: 'e1001' }), 'e1000', false],
      [present({ start: 'e1010' }), 'e1000', true],
      [present({ start: 't5', zombie: true }), 't5', true],
      [{ kind: 'gone' }, 't5', true],
      [{ kind: 'error', reason: 'x' }, 't5', false],
    ];
    for (const [look, start, gone] of table) {
      assert.equal(await isOwnerGone({ inspect: async () => look }, { pid: 1, start }), gone, JSON.stringify(look));
    }
  });

  it('the shell calls its sessions what tells them from those of editors', () => {
    const script = readFileSync(join(__dirname, '../../../src/wrapper/run.sh'), 'utf8');
    assert.ok(script.includes(`_mp_quote "${WRAPPER_EDITOR}$_mp_client" && _mp_editor=$_mp_json`));
  });

  it('the shell knows the same starters', () => {
    const script = readFileSync(join(__dirname, '../../../src/wrapper/run.sh'), 'utf8');
    const words = new Set(
      [...script.matchAll(/^ {6}(.*) {0,1}\) _mp_starter=1 ;;$/gm)].flatMap((match) =>
        (match[1] as string).split(' | '),
      ),
    );
    for (const word of words) if (word.includes('/')) words.delete(word);
    assert.ok(words.size > 30);
    const ours = (word: string) => findOwner(chain(['init'], ['client'], [word.replace(/\\ \*|\*/, '')], ['node']), 4);
    for (const word of words) assert.equal(ours(word)?.name, 'client', word);
  });
});

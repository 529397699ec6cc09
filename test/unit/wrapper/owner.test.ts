import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { launcherOf } from '../../../src/judgement/clientAbove';
import { shellPatterns } from '../../../src/known/programs';
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
  ['only init', chain(['init'], ['sh'], ['node']), undefined],
];

describe('the owner of what `mcp-processes run` starts', () => {
  for (const [name, snapshot, pid] of CASES) {
    it(name, () => assert.equal(findOwner(snapshot, snapshot.processes.size)?.pid, pid));
  }

  it('has a name for people', () => {
    const [, client] = chain(['init'], ['MainThread', '/usr/bin/node', 'x.js']).processes.values();
    assert.equal(clientName(client as ProcessEntry), 'node');
  });

  it('is gone only for certain: where start times are in seconds, they may be a second off', async () => {
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
      [{ kind: 'error', reason: { kind: 'said', text: 'x' } }, 't5', false],
    ];
    for (const [found, start, gone] of table) {
      assert.equal(await isOwnerGone({ inspect: async () => found }, { pid: 1, start }), gone, JSON.stringify(found));
    }
  });

  it('names its sessions in the shell so that they differ from those of editors', () => {
    const script = readFileSync(join(__dirname, '../../../src/wrapper/run.sh'), 'utf8');
    assert.ok(script.includes(`_mp_quote "${WRAPPER_EDITOR}$_mp_client" && _mp_editor=$_mp_json`));
  });

  it('is the client, in record and panel, of `claude` → `flock` → server', () => {
    for (const wrapper of [
      'flock',
      'script',
      'su',
      'doas',
      'ash',
      'mksh',
      'nu',
      'pipx',
      'poetry',
      'mise',
      'corepack',
    ]) {
      const snapshot = chain(['init'], ['claude'], [wrapper], ['node']);
      const server = snapshot.processes.get(4) as ProcessEntry;
      assert.equal(findOwner(snapshot, 4)?.name, 'claude', `in the record, behind ${wrapper}`);
      assert.equal(launcherOf(snapshot, server)?.name, 'claude', `in the panel, behind ${wrapper}`);
    }
  });

  it('is found in the shell past the same wrappers, engines and runners: the build prints them from the table', () => {
    const source = readFileSync(join(__dirname, '../../../src/wrapper/run.sh'), 'utf8');
    const patterns = shellPatterns();
    const markers = new Set(source.match(/@[A-Z]+_?[A-Z]*@(?!')/g));
    assert.deepEqual([...markers].sort(), Object.keys(patterns).sort());
    const wrappers = (patterns['@WRAPPERS@'] as string).split(' | ');
    assert.ok(wrappers.length > 40);
    for (const name of wrappers) {
      assert.equal(findOwner(chain(['init'], ['client'], [name], ['node']), 4)?.name, 'client', name);
    }
    for (const script of (patterns['@WRAPPER_SCRIPTS@'] as string).split(' | ')) {
      const snapshot = chain(['init'], ['client'], ['MainThread', 'node', script.replace('*', '/usr/bin')], ['node']);
      assert.equal(findOwner(snapshot, 4)?.name, 'client', script);
    }
    const built = readFileSync(join(__dirname, '../../../dist/wrapper/run.sh'), 'utf8');
    for (const list of Object.values(patterns)) assert.ok(built.includes(list), list);
    assert.doesNotMatch(built, /@[A-Z_]+@(?!')/);
  });
});

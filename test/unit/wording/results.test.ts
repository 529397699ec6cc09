import assert from 'node:assert/strict';
import type { ContainerOutcome, ContainerReason } from '../../../src/model/containerOutcome';
import type {
  ProcessOutcome,
  ReapedProcess,
  ReapPreview,
  ReapProblem,
  ReapResult,
} from '../../../src/model/reapResult';
import type { Refusal } from '../../../src/model/refusal';
import { folderName, formatAge, formatMemory, joinParts, processLabel } from '../../../src/wording/format';
import {
  containerLines,
  previewedContainerLines,
  previewReport,
  reapReport,
  summarisePreview,
  summariseReap,
} from '../../../src/wording/results';

const MB = 1024 * 1024;
const FAILED: ReapProblem = { kind: 'failed', session: 's', reason: { kind: 'system', code: 'ENOSPC' } };
const NO_ANSWER: ContainerReason = {
  code: 'engine',
  failure: { kind: 'failed', program: 'docker', found: 'said', said: 'no answer' },
};

function ended(pid: number, outcome: ProcessOutcome, reason?: Refusal): ReapedProcess {
  return { pid, name: 'node', commandLine: `node server-${pid}.js`, outcome, reason, memory: 10 * MB };
}

function reaped(processes: ReapedProcess[], memoryFreed: number): ReapResult {
  return {
    server: 'files',
    of: { kind: 'session', session: 's', record: 'r' },
    processes,
    containers: [],
    containerProblem: undefined,
    memoryFreed,
    milliseconds: 12.4,
  };
}

function previewed(spared: (Refusal | undefined)[]): ReapPreview {
  const candidate = (refusal: Refusal | undefined, at: number) => ({
    ...{ pid: at + 1, name: 'node', commandLine: `node server-${at + 1}.js`, spared: refusal, memory: 10 * MB },
  });
  const { server, of, containers, containerProblem } = { ...reaped([], 0), containers: [] };
  return { server, of, processes: spared.map(candidate), containers, containerProblem };
}

describe('format', () => {
  it('memory', () => {
    const table: [number | undefined, string | undefined][] = [
      [undefined, undefined],
      [Number.NaN, undefined],
      [-1, undefined],
      [0, '0 KB'],
      [512 * 1024, '512 KB'],
      [MB - 1, '1 MB'],
      [MB, '1 MB'],
      [1.5 * MB, '1.5 MB'],
      [9.97 * MB, '10 MB'],
      [120 * MB, '120 MB'],
      [1024 * MB - 1, '1 GB'],
      [1.25 * 1024 * MB, '1.3 GB'],
    ];
    for (const [bytes, text] of table) {
      assert.equal(formatMemory(bytes), text, String(bytes));
    }
  });

  it('age', () => {
    const second = 1000;
    const hour = 3600 * second;
    const table: [number, string][] = [
      [0, '0 s'],
      [59.9 * second, '59 s'],
      [60 * second, '1 min'],
      [hour - 1, '59 min'],
      [hour, '1 h'],
      [47 * hour, '47 h'],
      [48 * hour, '2 d'],
      [-5 * second, '0 s'],
    ];
    for (const [age, text] of table) {
      assert.equal(formatAge(1e12, 1e12 + age), text);
    }
    assert.equal(formatAge(undefined, 1e12), undefined);
  });

  it('folder names of both platforms', () => {
    assert.equal(folderName('/home/me/project/'), 'project');
    assert.equal(folderName('C:\\Users\\me\\project'), 'project');
    assert.equal(folderName('/'), '/');
  });

  it('processes of one interpreter by their script', () => {
    const table: [string, string, string][] = [
      ['node', 'node /home/me/servers/leaky.mjs child', 'node leaky.mjs'],
      ['node', 'node server.js', 'node server.js'],
      ['python3', 'python3 -m mcp_server', 'python3'],
      ['npm exec @x/y', 'npm exec @x/y', 'npm exec @x/y'],
      ['mcp-server', 'mcp-server', 'mcp-server'],
      ['node.exe', 'C:\\node.exe C:\\servers\\leaky.mjs', 'node.exe leaky.mjs'],
    ];
    for (const [name, commandLine, label] of table) {
      assert.equal(processLabel(name, commandLine), label);
    }
  });

  it('joined parts, without missing ones', () => {
    assert.equal(joinParts(['VS Code', undefined, '', 'active']), 'VS Code · active');
  });

  describe('summary of a reap', () => {
    it('counts servers and processes, says why something was spared and how much memory was freed', () => {
      const results = [
        reaped([ended(1, 'exited'), ended(2, 'terminated'), ended(3, 'spared', { rule: 'notAnothers' })], 60 * MB),
        reaped([ended(4, 'killed'), ended(5, 'killed')], 40 * MB),
        reaped([ended(6, 'exited')], 20 * MB),
      ];
      assert.equal(
        summariseReap(results),
        'Ended 3 orphaned servers (5 processes), freed 120 MB. 1 process spared (it now belongs to another server).',
      );
    });

    it('singular, without memory', () => {
      assert.equal(summariseReap([reaped([ended(1, 'exited')], 0)]), 'Ended 1 orphaned server (1 process).');
    });

    it('names survivors, and equal reasons once', () => {
      const results = [
        reaped([ended(1, 'survived', { rule: 'outlivedKill' }), ended(2, 'survived', { rule: 'outlivedKill' })], 0),
      ];
      assert.equal(
        summariseReap(results),
        'Nothing was ended. 2 processes survived (it did not end, even after SIGKILL).',
      );
    });

    it('speaks of the future in a preview', () => {
      const spared: Refusal = { rule: 'notEditor' };
      assert.equal(
        summarisePreview([previewed([undefined, spared])]),
        'Would end 1 orphaned server (1 process), freeing 10 MB. 1 process spared (it is an editor process).',
      );
      const nothing = 'Nothing would be ended. 1 process spared (it is an editor process).';
      assert.equal(summarisePreview([previewed([spared])]), nothing);
      const two = [previewed([undefined, undefined]), previewed([undefined])];
      assert.equal(summarisePreview(two), 'Would end 2 orphaned servers (3 processes), freeing 30 MB.');
    });

    it('does not count a server of which everything was spared, and counts one of which only a container was left', () => {
      const kept = reaped([ended(2, 'spared', { rule: 'notEditor' }), ended(3, 'spared', { rule: 'notEditor' })], 0);
      assert.equal(
        summariseReap([reaped([ended(1, 'killed')], 0), kept]),
        'Ended 1 orphaned server (1 process). 2 processes spared (it is an editor process).',
      );
      assert.equal(summariseReap([reaped([], 0)]), 'Ended 1 orphaned server.');
    });

    it('nothing', () => {
      assert.equal(summariseReap([]), 'No orphaned servers found.');
      assert.equal(summariseReap([], true), 'Cancelled. Nothing was ended.');
    });

    it('says what could not be reaped, each reason once, beside what was', () => {
      const failed = { ...reaped([], 0), problem: FAILED };
      assert.equal(
        summariseReap([failed]),
        '1 server could not be ended. Reaping session s failed: ENOSPC. Reap again.',
      );
      assert.equal(
        summariseReap([failed, reaped([ended(1, 'exited')], 0), failed]),
        'Ended 1 orphaned server (1 process). 2 servers could not be ended. Reaping session s failed: ENOSPC. Reap again.',
      );
      const report = reapReport([failed]);
      assert.match(report, /^files\n {2}could not be ended: Reaping session s failed: ENOSPC\. Reap again\.$/m);
      assert.doesNotMatch(report, /took/);
    });
  });

  it('containers: which ended, which are left running, by name, and which are unknown', () => {
    const id = (digit: string) => digit.repeat(64);
    const container = (digit: string, outcome: ContainerOutcome['outcome'], reason?: ContainerReason) => ({
      ...{ id: id(digit), image: 'mcp/fetch', outcome, reason },
    });
    const one = (containers: ContainerOutcome[], containerProblem?: ContainerReason) => ({
      ...reaped([ended(1, 'killed')], 0),
      containers,
      containerProblem,
    });
    const table: [ReapResult, string][] = [
      [one([container('a', 'removed')]), ' 1 container ended.'],
      [one([container('a', 'removed'), container('b', 'stopped')]), ' 2 containers ended.'],
      [one([container('3', 'left running', { code: 'no label' })]), ' Container 333333333333 is left running.'],
      [one([container('a', 'spared')]), ''],
      [one([], NO_ANSWER), ' The state of one container could not be determined.'],
    ];
    for (const [result, said] of table) {
      assert.equal(summariseReap([result]), `Ended 1 orphaned server (1 process).${said}`);
    }
    assert.deepEqual(containerLines(one([container('3', 'left running', { code: 'no label' })], NO_ANSWER)), [
      'container 333333333333 · mcp/fetch · left running: it carries no label of ours',
      'container unknown: "docker" failed: no answer',
    ]);
    const seen = (digit: string, labelled: boolean) => ({
      ...{ id: id(digit), image: 'mcp/fetch', state: 'running', labelled },
    });
    const preview = { ...previewed([undefined]), containers: [seen('a', true), seen('3', false)] };
    assert.deepEqual(previewedContainerLines(preview), [
      'container aaaaaaaaaaaa · mcp/fetch · would be ended: it is running',
      'container 333333333333 · mcp/fetch · left running: it is running',
    ]);
    assert.equal(
      summarisePreview([{ ...preview, containerProblem: NO_ANSWER }]),
      'Would end 1 orphaned server (1 process), freeing 10 MB. The state of one container could not be determined.',
    );
    assert.match(reapReport([one([container('a', 'removed')])]), /container aaaaaaaaaaaa · mcp\/fetch · removed/);
  });

  it('the report ends with the ids of session and record for our servers; other clients’ have none', () => {
    const ours = reaped([ended(1, 'killed')], 0);
    assert.match(reapReport([ours, ours]), /For bug reports:\n(?: {2}files: session s, record r\n){2}$/);
    for (const of of [{ kind: 'foreign', record: 'r' }, { kind: 'user' }] as const) {
      assert.doesNotMatch(reapReport([{ ...ours, of }]), /session|record|bug reports/);
      assert.doesNotMatch(previewReport([{ ...previewed([undefined]), of }]), /session|record|bug reports/);
    }
  });

  it('the report names every process', () => {
    const report = reapReport([reaped([ended(1, 'killed'), ended(2, 'spared', { rule: 'notEditor' })], 10 * MB)]);
    assert.match(report, /pid 1 · node · killed · 10 MB\n {4}node server-1\.js/);
    assert.match(report, /pid 2 · node · spared: it is an editor process/);
    assert.match(report, /took 12 ms/);
    const preview = previewReport([previewed([undefined, { rule: 'notEditor' }])]);
    assert.match(preview, /pid 1 · node · would be ended · 10 MB\n {4}node server-1\.js/);
    assert.match(preview, /pid 2 · node · would be spared: it is an editor process/);
    assert.match(preview, /For bug reports:\n {2}files: session s, record r\n$/);
    assert.doesNotMatch(preview, /took|· killed/);
  });
});

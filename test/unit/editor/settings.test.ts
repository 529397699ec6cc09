import '../views/fakeEditor';
import assert from 'node:assert/strict';
import { readSettings } from '../../../src/editor/settings';
import { newEditor } from '../views/fakeEditor';

const VARIABLE = 'MCP_PROCESS_CLEANUP_INTERVAL';

describe('seconds between two scans', () => {
  const before = process.env[VARIABLE];
  afterEach(() => {
    if (before === undefined) delete process.env[VARIABLE];
    else process.env[VARIABLE] = before;
  });

  it('come from the setting, else from the variable, else are 60; nonsense is ignored', () => {
    const table: [unknown, string | undefined, number][] = [
      [undefined, undefined, 60],
      [undefined, '', 60],
      [undefined, '15', 15],
      [30, '15', 30],
      [0, '15', 0],
      [undefined, 'often', 60],
      [-1, '15', 60],
      ['x', undefined, 60],
    ];
    for (const [set, variable, seconds] of table) {
      newEditor().settings = { 'sweep.intervalSeconds': set };
      if (variable === undefined) delete process.env[VARIABLE];
      else process.env[VARIABLE] = variable;
      assert.equal(readSettings().sweepInterval, seconds, `${set} ${variable}`);
    }
  });
});

describe('what is never reaped', () => {
  it('K20 is everything where the setting cannot be read, and the panel says so', () => {
    const table: [unknown, string[], number][] = [
      [undefined, [], 0],
      [null, [], 0],
      [['a', ''], ['a'], 0],
      ['postgres', ['postgres'], 0],
      [{ a: 1 }, ['*'], 1],
      [['a', 5], ['*'], 1],
    ];
    for (const [set, patterns, problems] of table) {
      newEditor().settings = { 'reap.neverReap': set };
      const read = readSettings();
      assert.deepEqual(read.neverReap, patterns, JSON.stringify(set));
      assert.equal(read.problems.length, problems);
    }
  });
});

describe('inputs', () => {
  it('of the workspace do not replace those of the user, whose servers need them', () => {
    const editor = newEditor();
    const [mine, theirs] = [{ id: 'mine' }, { id: 'theirs' }];
    editor.settings = { inputs: [mine] };
    assert.deepEqual(readSettings().inputs, [mine]);
    editor.workspaceSettings = { inputs: [theirs] };
    assert.deepEqual(readSettings().inputs, [theirs, mine]);
    editor.workspaceSettings = { inputs: 'nonsense' };
    assert.equal(readSettings().inputs, 'nonsense');
    editor.workspaceSettings = {};
    editor.isTrusted = false;
    assert.deepEqual(readSettings().inputs, [mine]);
  });
});

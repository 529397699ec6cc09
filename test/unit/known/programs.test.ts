import assert from 'node:assert/strict';
import { GLOBAL_FLAGS } from '../../../src/containers/flags';
import { allPrograms, programNamed, programOf } from '../../../src/known/programs';

describe('the table of programs', () => {
  it('has each program once', () => {
    const names = allPrograms().flatMap(([name, { aliases = [] }]) => [name, ...aliases]);
    assert.deepEqual(
      names.filter((name, at) => names.indexOf(name) !== at),
      [],
    );
    for (const name of names) assert.equal(name, name.trim().toLowerCase());
  });

  it('knows a program by any of its names, in any folder', () => {
    for (const [arg, program] of [
      ['/usr/bin/python3.12', 'python'],
      ['C:\\nodejs\\npx.cmd', 'npx'],
      ['nodejs', 'node'],
      ['/usr/lib/node_modules/npm/bin/npm-cli.js', 'npm'],
      ['com.docker.cli', 'docker'],
      ['ksh93', 'ksh'],
    ] as const) {
      assert.equal(programOf(arg), program);
      assert.notDeepEqual(programNamed(program), {}, program);
    }
    assert.deepEqual(programNamed('constructor'), {});
  });

  it('has flags for every engine', () => {
    const engines = allPrograms()
      .filter(([, { isEngine }]) => isEngine)
      .map(([name]) => name);
    assert.deepEqual(engines, Object.keys(GLOBAL_FLAGS));
  });
});

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parse } from 'jsonc-parser';
import { addToSettings, changeBetween } from '../../../../src/clients/newServer/settingsText';

const ENTRY = { command: 'npx', args: ['-y', 'a'] };
const add = (text: string, name = 'new', isWorkspaceFile = false) =>
  addToSettings(text, { servers: { [name]: ENTRY }, inputs: [] }, isWorkspaceFile);
const textOf = (result: ReturnType<typeof add>) =>
  'text' in result ? result.text : assert.fail(JSON.stringify(result));

describe('adding servers to a settings.json', () => {
  it('keeps order, formatting, and comments beside what they describe', () => {
    const before = `// Mine.
{
    "editor.fontSize": 14, // big
    "mcpProcesses.servers": {
        // The first one.
        "a": { "command":"x",   "args": [ "1" ] } // of a
        // Last words.
    },
    /* after */ "files.eol": "\\n"
}
`;
    const after = `// Mine.
{
    "editor.fontSize": 14, // big
    "mcpProcesses.servers": {
        // The first one.
        "a": { "command":"x",   "args": [ "1" ] }, // of a
        "new": {
            "command": "npx",
            "args": ["-y", "a"]
        }
        // Last words.
    },
    /* after */ "files.eol": "\\n"
}
`;
    assert.equal(textOf(add(before)), after);
  });

  it('creates what is missing', () => {
    const entry = (indent: string) =>
      `${indent}"mcpProcesses.servers": {\n${indent}  "new": {\n${indent}    "command": "npx",\n${indent}    "args": ["-y", "a"]\n${indent}  }\n${indent}}`;
    const table: [string, string][] = [
      ['', `{\n${entry('  ')}\n}\n`],
      ['\n\n', `{\n${entry('  ')}\n}\n`],
      ['// Only this.\n', `// Only this.\n{\n${entry('  ')}\n}\n`],
      ['{}', `{\n${entry('  ')}\n}`],
      ['{\n}\n', `{\n${entry('  ')}\n}\n`],
      ['{ // why\n}\n', `{ // why\n${entry('  ')}\n}\n`],
      ['{ "a": 1 }', `{ "a": 1,\n${entry('  ')}\n}`],
      ['{\n  "a": 1,\n}\n', `{\n  "a": 1,\n${entry('  ')},\n}\n`],
      ['{\n  "a": 1\n  ,\n}\n', `{\n  "a": 1\n  ,\n${entry('  ')},\n}\n`],
      ['{\n  "mcpProcesses.servers": null\n}', `{\n${entry('  ')}\n}`],
      ['{\n  "mcpProcesses.servers": {}\n}', `{\n${entry('  ')}\n}`],
    ];
    for (const [before, after] of table) assert.equal(textOf(add(before)), after, JSON.stringify(before));
    const workspace = textOf(add('{\n  "folders": []\n}\n', 'new', true));
    assert.equal(workspace, `{\n  "folders": [],\n  "settings": {\n${entry('    ')}\n  }\n}\n`);
  });

  it('follows the file: tabs, four spaces, Windows line ends', () => {
    assert.match(textOf(add('{\n\t"a": 1\n}')), /\n\t"mcpProcesses\.servers": \{\n\t\t"new": \{\n\t\t\t"command"/);
    assert.match(textOf(add('{\n    "a": 1\n}')), /\n {4}"mcpProcesses\.servers": \{\n {8}"new"/);
    const windows = textOf(add('{\r\n  "a": 1\r\n}\r\n'));
    assert.ok(!/(?<!\r)\n|\r\r/.test(windows), JSON.stringify(windows));
  });

  it('adds inputs beside those that are there', () => {
    const inputs = [
      { id: 'a', type: 'promptString' as const, description: 'A', password: true },
      { id: 'b', type: 'promptString' as const, description: 'B' },
    ];
    const before = '{\n  "mcpProcesses.inputs": [\n    { "id": "old" } // keep\n  ]\n}\n';
    const result = addToSettings(before, { servers: { new: ENTRY }, inputs }, false);
    const text = textOf(result);
    assert.ok(text.includes('{ "id": "old" }, // keep'));
    assert.deepEqual(parse(text), {
      'mcpProcesses.inputs': [{ id: 'old' }, ...inputs],
      'mcpProcesses.servers': { new: ENTRY },
    });
  });

  it('puts each argument of a long list on its own line', () => {
    const args = Array.from({ length: 12 }, (_, at) => `--argument-${at}`);
    const text = textOf(addToSettings('', { servers: { new: { command: 'x', args } }, inputs: [] }, false));
    assert.match(text, /"args": \[\n {8}"--argument-0",\n/);
  });

  it('leaves a file that it cannot add to unchanged, and says where the trouble is', () => {
    assert.deepEqual(add('{\n  "a": ,\n}'), { kind: 'invalid', line: 2, column: 8 });
    assert.deepEqual(add('{\n  "a": 1\n'), { kind: 'invalid', line: 3, column: 1 });
    assert.deepEqual(add('[]'), { kind: 'invalid', line: 1, column: 1 });
    assert.deepEqual(add('{\n  "mcpProcesses.servers": []\n}'), {
      ...{ kind: 'wrongType', setting: 'mcpProcesses.servers', line: 2, column: 27 },
    });
    assert.deepEqual(add('{ "settings": 3 }', 'new', true), {
      ...{ kind: 'wrongType', setting: 'settings', line: 1, column: 15 },
    });
    assert.deepEqual(add('{ "mcpProcesses.servers": { "new": {} } }'), { kind: 'taken', name: 'new' });
  });

  it('for any file: the result means the old and the new, and nothing old is lost', () => {
    const trivia = fc.constantFrom('', ' ', '\n', '\n  ', ' // c, d\n', '/* d, */', '\r\n');
    const member = fc.record({
      before: trivia,
      after: trivia,
      value: fc.constantFrom('1', '{}', '[ 2 ]', '"x"', '{ "y": { } }'),
    });
    const object = fc
      .tuple(fc.array(member, { maxLength: 3 }), trivia, fc.boolean())
      .map(([members, end, hasComma]) => {
        const text = members.map(({ before, after, value }, at) => `${before}"k${at}":${value}${after}`).join(',');
        return `{${text}${hasComma && members.length > 0 ? ',' : ''}${end}}`;
      });
    const settings = fc
      .tuple(object, object, trivia)
      .map(([outer, inner, end]) =>
        outer.startsWith('{}')
          ? `{"mcpProcesses.servers":${inner}${end}}`
          : `${outer.slice(0, 1)}${end}"mcpProcesses.servers":${inner},${outer.slice(1)}`,
      );
    fc.assert(
      fc.property(fc.oneof(object, settings), fc.constantFrom('new', 'a"b', '__proto__x'), (before, name) => {
        const after = textOf(add(before, name));
        const expected = parse(before, [], { allowTrailingComma: true }) ?? {};
        expected['mcpProcesses.servers'] = { ...expected['mcpProcesses.servers'], [name]: ENTRY };
        const errors: unknown[] = [];
        assert.deepEqual(parse(after, errors as never, { allowTrailingComma: true }), expected);
        assert.deepEqual(errors, []);
        // Only white space may be missing.
        let at = 0;
        for (const char of before.replace(/\s/g, '')) {
          at = after.indexOf(char, at) + 1;
          assert.ok(at > 0, `${JSON.stringify(before)} -> ${JSON.stringify(after)}`);
        }
        const { from, to, text } = changeBetween(before, after);
        assert.equal(before.slice(0, from) + text + before.slice(to), after);
      }),
      { numRuns: 500 },
    );
  });
});

import assert from 'node:assert/strict';
import { readMcpJson, readSettingServers } from '../../../src/clients/mcpJson';

const source = { client: 'VS Code', file: '/w/.vscode/mcp.json', folder: '/w' };
const names = (text: string) => readMcpJson(text, source).servers.map(({ name }) => name);
const places = (text: string) => readMcpJson(text, source).problems.map(({ line, column }) => [line, column]);

describe('mcp.json', () => {
  it('takes comments, trailing commas, a byte order mark and Windows line ends', () => {
    const text = '\uFEFF{\r\n  // one\r\n  "servers": { "a": { "command": "x", }, /* two */ },\r\n}\r\n';
    assert.deepEqual(names(text), ['a']);
    assert.deepEqual(places(text), []);
  });

  it('says where it is broken, and keeps the entries around', () => {
    const lines = [
      '{',
      '  "servers": {',
      '    "a": { "command": "x" },',
      '    "b": { "command": }',
      '    ,',
      '  }',
      '}',
    ];
    const text = [...lines.slice(0, 5), '    "c": { "command": "z" }', ...lines.slice(5)].join('\n');
    assert.deepEqual(places(text), [[4, 23]]);
    assert.deepEqual(names(text), ['a', 'c']);
  });

  it('counts columns after a byte order mark and Windows line ends', () => {
    assert.deepEqual(places('\uFEFF{\r\n  "servers": {\r\n    "a": 5\r\n  }\r\n}'), [[3, 10]]);
  });

  it('never takes half an entry', () => {
    for (const text of ['{"servers": {"a": {"command": "x"', '{"servers": {"a": {"command": "x", "args": ["-y"']) {
      assert.deepEqual(names(text), [], text);
      assert.equal(places(text).length, 1);
    }
  });

  const wrong: Readonly<Record<string, RegExp>> = {
    '{"a": 1}': /"a" must be an object/,
    '{"a": {}}': /"a" needs a "command"/,
    '{"a": {"command": " "}}': /needs a "command"/,
    '{"a": {"type": "http"}}': /needs a "url"/,
    '{"a": {"type": "pipe", "command": "x"}}': /unknown "type"/,
    '{"a": {"command": "x", "args": "y"}}': /"args" of "a" must be a list/,
    '{"a": {"command": "x", "args": [1]}}': /"args" of "a" must be a list/,
    '{"a": {"command": "x", "env": []}}': /"env" of "a" must be an object/,
    '{"a": {"command": "x", "env": {"K": true}}}': /variable K of "a" must be/,
    '{"a": {"command": "x", "envFile": 1}}': /"envFile" of "a" must be a path/,
    '{"a": {"command": "x", "cwd": 1}}': /"cwd" of "a" must be a path/,
    '{" ": {"command": "x"}}': /empty name/,
    '[]': /"servers" must be an object/,
  };
  for (const [inner, message] of Object.entries(wrong)) {
    it(`complains about ${inner}`, () => {
      const read = readMcpJson(`{"servers": ${inner}}`, source);
      assert.deepEqual(read.servers, []);
      assert.equal(read.problems.length, 1);
      assert.match(read.problems[0]?.message ?? '', message);
      assert.equal(read.problems[0]?.line, 1);
    });
  }

  it('reads inputs, and skips invalid ones', () => {
    const inputs = [
      { id: 'a', type: 'promptString', description: 'A', password: true },
      { id: 'b', type: 'pickString', options: ['x', { label: 'Why', value: 'y' }, 5], default: 'x' },
      ...[{ id: 5, type: 'promptString' }, { id: 'c', type: 'other' }, null, 'x'],
    ];
    const read = readMcpJson(JSON.stringify({ inputs }), source);
    assert.deepEqual(read.inputs, [
      { id: 'a', type: 'promptString', description: 'A', default: undefined, password: true, options: [] },
      { id: 'b', type: 'pickString', description: 'b', default: 'x', password: false, options: ['x', 'y'] },
    ]);
    assert.deepEqual(
      read.problems.map(({ message }) => message),
      Array(4).fill('"inputs": each needs an "id" and a "type": "promptString", "pickString" or "command".'),
    );
  });

  it('reports a wrong shape', () => {
    const said = (text: string) => readMcpJson(text, source).problems.map(({ message }) => message);
    assert.deepEqual(said('{"mcpServers": {"a": {"command": "x"}}}'), [
      '"mcpServers" is ignored in this file. Rename it to "servers".',
    ]);
    assert.deepEqual(said('{"servers": {}, "mcpServers": {}}'), []);
    assert.deepEqual(said('{"inputs": {}}'), ['"inputs": it must be a list of objects with "id" and "type".']);
    assert.deepEqual(said('{"inputs": [{"id": "a", "type": "pickString"}]}'), [
      '"inputs": "a" needs "options" to choose from.',
    ]);
    const settings = (...values: [unknown, unknown]) =>
      readSettingServers(...values, { ...source, file: undefined }).problems.map(({ message }) => message);
    for (const wrong of ['text', [], 5, true]) {
      assert.deepEqual(settings(wrong, undefined), [
        'Setting mcpProcesses.servers: it must be an object with one entry per server.',
      ]);
    }
    assert.deepEqual(settings(undefined, 'x'), [
      'Setting mcpProcesses.inputs: it must be a list of objects with "id" and "type".',
    ]);
    assert.deepEqual(settings(null, null), []);
  });

  it('reads the setting in the same way', () => {
    const setting = { a: { command: 'x' }, b: 5, c: { url: 'https://h/' } };
    const read = readSettingServers(setting, undefined, { ...source, file: undefined });
    assert.deepEqual(
      read.servers.map(({ name, type }) => [name, type]),
      [
        ['a', 'stdio'],
        ['c', 'http'],
      ],
    );
    assert.match(read.problems[0]?.message ?? '', /^Setting mcpProcesses\.servers: "b"/);
    for (const hostile of [null, undefined, 5, [], 'x', JSON.parse('{"__proto__": {"command": "x"}}')]) {
      assert.doesNotThrow(() => readSettingServers(hostile, hostile, source));
    }
  });
});

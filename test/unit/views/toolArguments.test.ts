import assert from 'node:assert/strict';
import {
  argumentsTemplate,
  parseArguments,
  takesArguments,
  toolResultText,
} from '../../../src/views/commands/toolArguments';

describe('arguments and results of tools', () => {
  it('show text as it is, other results as JSON', () => {
    const text = toolResultText({
      isError: true,
      content: [{ type: 'text', text: 'a\nb' }, { type: 'image', data: 'x' }, null],
      structuredContent: { n: 1 },
    });
    assert.match(text, /^The tool reported an error:\n\na\nb\n\{\n {2}"type": "image"/);
    assert.match(text, /"n": 1/);
    assert.equal(toolResultText(undefined), '');
    assert.equal(toolResultText(3), '3');
  });

  it('start with what is required or has a default', () => {
    const schema = {
      type: 'object',
      required: ['message', 'kind', 'where'],
      properties: {
        message: { type: 'string' },
        kind: { enum: ['a', 'b'] },
        where: { type: 'object', properties: { x: { type: 'number' } }, required: ['x'] },
        count: { type: 'integer', default: 3 },
        other: { type: 'string' },
      },
    };
    assert.deepEqual(argumentsTemplate(schema), { message: '', kind: 'a', where: { x: 0 }, count: 3 });
    assert.equal(takesArguments(schema), true);
    for (const none of [undefined, null, 'x', {}, { type: 'object', properties: {} }]) {
      assert.equal(takesArguments(none), false);
      assert.deepEqual(argumentsTemplate(none), {});
    }
  });

  it('may contain comments and trailing commas, and keep strings as they are', () => {
    const text = '// one\n{ "a": "http://x, }", /* two */ "b": [1, 2, /* three */ ], "c": "\\"//" , }\n// "end';
    assert.deepEqual(parseArguments(text), { a: 'http://x, }', b: [1, 2], c: '"//' });
  });

  it('say where they are wrong', () => {
    const table: [string, RegExp][] = [
      ['', /not valid JSON: ValueExpected in line 1, column 1/],
      ['{\n  "a": 1\n  "b": 2 }', /not valid JSON: CommaExpected in line 3, column 3/],
      ['{ "a": 1 } x', /not valid JSON: .* in line 1, column 12/],
      ['{ "a": ', /not valid JSON/],
      ['{ "a": 1, /* not closed }', /not valid JSON/],
      ['[1]', /must be a JSON object, such as \{ \}/],
      ['null', /must be a JSON object/],
      ['3', /must be a JSON object/],
    ];
    for (const [text, message] of table) assert.throws(() => parseArguments(text), { message }, text);
  });
});

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders are what is tested here
import assert from 'node:assert/strict';
import { sep } from 'node:path';
import type { StdioServerDefinition } from '../../../src/clients/serverDefinition';
import { inputIdsOf, knownReadings, resolveVariables, type VariableContext } from '../../../src/clients/variables';

const context: VariableContext = {
  workspaceFolder: '/repos/shop',
  folders: new Map([['tools', '/repos/tools']]),
  userHome: '/home/me',
  environment: { NAME: 'value', TRICK: '${input:password}' },
  inputs: new Map([
    ['password', 'p$&$1'],
    ['empty', ''],
  ]),
};

function definition(args: string[], more: Partial<StdioServerDefinition> = {}): StdioServerDefinition {
  const source = { client: 'VS Code', file: undefined, folder: '/repos/shop' };
  return {
    type: 'stdio',
    name: 'srv',
    source,
    command: 'x',
    args,
    env: {},
    envFile: undefined,
    cwd: undefined,
    ...more,
  };
}

const replaced = (text: string, where = context) => resolveVariables(definition([text]), where).args[0];

describe('variables', () => {
  const values: Readonly<Record<string, string>> = {
    '${workspaceFolder}/a': '/repos/shop/a',
    '${cwd}': '/repos/shop',
    '${workspaceFolderBasename}': 'shop',
    '${workspaceFolder:tools}/b': '/repos/tools/b',
    '${userHome}${/}x': `/home/me${sep}x`,
    '${pathSeparator}': sep,
    '${env:NAME}-${env:NAME}': 'value-value',
    '${env:NOT_SET}': '',
    '${input:password}': 'p$&$1',
    'a${input:empty}b': 'ab',
    'nothing $HOME {x} $': 'nothing $HOME {x} $',
    '${unclosed': '${unclosed',
    '${}': '${}',
  };
  for (const [text, value] of Object.entries(values)) {
    it(`${text} is ${JSON.stringify(value)}`, () => assert.equal(replaced(text), value));
  }

  it('replaces once: placeholders in a value stay', () => {
    assert.equal(replaced('${env:TRICK}'), '${input:password}');
  });

  for (const text of ['${unknown}', '${workspaceFolder:other}', '${input:missing}', '${config:x}', '${env:}']) {
    it(`says what to do about ${text}`, () => assert.throws(() => replaced(text), /^UserError: "srv" .+\. [A-Z].*\.$/));
  }

  it('needs a folder for what depends on one', () => {
    const none = { ...context, workspaceFolder: undefined };
    assert.throws(() => replaced('${workspaceFolder}', none), /no folder is open/);
    assert.equal(replaced('${workspaceFolder:tools}', none), '/repos/tools');
  });

  it('replaces in every part; null stays null, numbers become text', () => {
    const one = definition([], {
      command: '${userHome}/bin/srv',
      env: { A: '${env:NAME}', B: 5, C: null },
      envFile: '${workspaceFolder}/.env',
      cwd: '${workspaceFolder:tools}',
    });
    assert.deepEqual(resolveVariables(one, context), {
      command: '/home/me/bin/srv',
      args: [],
      env: { A: 'value', B: '5', C: null },
      envFile: '/repos/shop/.env',
      cwd: '/repos/tools',
    });
  });

  it('finds the inputs in every part, each once', () => {
    const one = definition(['${input:a}${input:b}', '${input:a}'], {
      command: '${input:c}',
      env: { A: '${input:d}', B: null, C: 1 },
      envFile: '${input:e}',
      cwd: '${input:f}',
    });
    assert.deepEqual(inputIdsOf(one).sort(), ['a', 'b', 'c', 'd', 'e', 'f']);
    assert.deepEqual(inputIdsOf(definition(['${env:a}', 'input:a'])), []);
  });

  it('leaves unknown variables where the text is only to be recognised', () => {
    const one = definition(['${workspaceFolder}/a', '${input:missing}', '${input:password}', '${env:NOT_SET}'], {
      command: '${nobody}/srv',
      cwd: '${userHome}/${nobody}',
    });
    assert.deepEqual(knownReadings(one, context), [
      {
        command: '${env:nobody}/srv',
        args: ['/repos/shop/a', '${input:missing}', 'p$&$1', '${env:NOT_SET}'],
        cwd: '/home/me/${env:nobody}',
      },
    ]);
    assert.equal(knownReadings(definition([]), context)[0]?.cwd, undefined);
  });

  const readings: Readonly<Record<string, readonly string[]>> = {
    '${NAME}/s.py': ['value/s.py'],
    '${HOME}/s.py': ['/home/me/s.py'],
    '${NOT_SET:-/srv}/s.py': ['/srv/s.py', '${env:NOT_SET}/s.py'],
    '${NAME:-/srv}/s.py': ['/srv/s.py', 'value/s.py'],
    // As it is meant, and as Claude Code reads it: the first closing brace ends it.
    '${DIR:-${HOME}/.x}/s.py': [
      ...['/home/me/.x/s.py', '/home/me/.x/.x}/s.py'],
      ...['${env:DIR}/s.py', '${env:DIR}/.x}/s.py'],
    ],
    '${A:-${B:-/b}}/s.py': ['/b/s.py', '/b}/s.py', '${env:A}/s.py', '${env:A}}/s.py'],
    '${DIR:-${HOME/s.py': ['${DIR:-${HOME/s.py'],
    '--api ${API:-http://x/{tenant}}': [
      '--api http://x/{tenant}',
      '--api http://x/{tenant}}',
      '--api ${env:API}',
    ].concat('--api ${env:API}}'),
  };
  for (const [text, expected] of Object.entries(readings)) {
    it(`${text} may mean ${expected.join(' or ')}`, () => {
      const found = knownReadings(definition([text]), context).map(({ args }) => args[0]);
      for (const one of expected) assert.ok(found.includes(one), found.join());
      assert.ok(found.length <= 4);
    });
  }
});

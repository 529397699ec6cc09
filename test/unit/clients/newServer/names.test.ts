import assert from 'node:assert/strict';
import { nameProblem, suggestName, uniqueName } from '../../../../src/clients/newServer/names';

describe('the name of a new server', () => {
  it('is what tells it apart from others', () => {
    const table: [string, string, string?][] = [
      ['npx -y @modelcontextprotocol/server-memory', 'memory'],
      ['npx -y @modelcontextprotocol/server-memory@1.2.3 --x', 'memory'],
      ['npx @playwright/mcp@latest', 'playwright'],
      ['npx -y mcp-remote https://example.com', 'remote'],
      ['npx -y @upstash/context7-mcp', 'context7'],
      ['uvx mcp-server-fetch', 'fetch'],
      ['uvx --from x[cli] x', 'x'],
      ['uvx awslabs.core-mcp-server@latest', 'awslabs.core'],
      [
        'docker run -i --rm -e A ghcr.io/github/github-mcp-server:latest',
        'github',
        'ghcr.io/github/github-mcp-server:latest',
      ],
      ['docker run mcp/fetch', 'fetch', 'mcp/fetch'],
      ['docker run localhost:5000/mcp@sha256:00', 'localhost-5000', 'localhost:5000/mcp@sha256:00'],
      ['node /home/me/weather-server/build/index.js', 'weather'],
      ['node weather.mjs', 'weather'],
      ['python3 -m my_tools.weather_server', 'weather'],
      ['python3 server.py', 'server.py'],
      ['/opt/tools/weather-mcp --stdio', 'weather'],
      ['mcp', 'mcp'],
    ];
    for (const [line, name, image] of table) {
      const [command = '', ...args] = line.split(' ');
      assert.equal(suggestName({ command, args }, image), name, line);
    }
  });

  it('is unique, and checked', () => {
    assert.equal(uniqueName('a', ['b']), 'a');
    assert.equal(uniqueName('a', ['a', 'a-2']), 'a-3');
    assert.equal(nameProblem(' ', []), 'empty');
    assert.equal(nameProblem(' a ', ['a']), 'taken');
    assert.equal(nameProblem('a'.repeat(101), []), 'tooLong');
    assert.equal(nameProblem('my server', ['a']), undefined);
  });
});

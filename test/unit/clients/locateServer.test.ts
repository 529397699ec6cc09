import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { configFilesOf } from '../../../src/clients/configFiles';
import { locateInSettings, locateServer } from '../../../src/clients/locateServer';
import { readConfig } from '../../../src/clients/readConfig';
import type { ConfigFormat } from '../../../src/known/clients';

const FIXTURES = join(__dirname, '../../fixtures/clients');
const FORMATS: Readonly<Record<string, ConfigFormat>> = {
  'claude.json': 'claude.json',
  'codex-config.toml': 'codex.toml',
  'gemini-settings.json': 'gemini-settings',
  'opencode.jsonc': 'opencode',
  'shop.code-workspace': 'code-workspace',
  'vscode-mcp.json': 'mcp.json',
  'zed-settings.json': 'zed-settings',
};
const marked = (text: string, span: ReturnType<typeof locateInSettings>) =>
  span && text.slice(span.offset, span.offset + span.length);

describe('the place of a server in its file', () => {
  it('is found for every server that the reader of its client finds', () => {
    const seen = new Set<ConfigFormat>();
    for (const file of readdirSync(FIXTURES)) {
      const text = readFileSync(join(FIXTURES, file), 'utf8');
      const format = FORMATS[file] ?? 'mcpServers';
      seen.add(format);
      const { servers } = readConfig(format, text, { client: 'c', file, folder: undefined });
      assert.ok(servers.length > 0, file);
      for (const { name, source } of servers) {
        const found = marked(text, locateServer(text, file, name, source.folder)) ?? '';
        assert.ok(found.includes(name) && /^["[]/.test(found), `${file}: ${name} is at ${found}`);
      }
    }
    const context = { home: '/h', platform: 'linux' as const, environment: {}, folders: ['/w'], workspaceFile: '/w/x' };
    for (const { format } of configFilesOf(context)) assert.ok(seen.has(format), format);
  });

  it('is the entry of the folder that the server belongs to, rather than the global one of the same name', () => {
    const text = '{ "mcpServers": { "a": 1 }, "projects": { "/w": { "mcpServers": { "a": 2 } } } }';
    assert.equal(locateServer(text, '.claude.json', 'a', undefined)?.offset, text.indexOf('"a": 1'));
    assert.equal(locateServer(text, '.claude.json', 'a', '/w')?.offset, text.indexOf('"a": 2'));
    assert.equal(locateServer(text, '.claude.json', 'a', '/elsewhere')?.offset, text.indexOf('"a": 1'));
    const below = '{ "projects": { "/w": {}, "/x": { "mcpServers": { "a": 2 } } } }';
    assert.equal(locateServer(below, '.claude.json', 'a', '/x/y')?.offset, below.indexOf('"a"'));
  });

  it('in TOML is the header; dots and dashes in names are literal', () => {
    const text = '  [mcp_servers.axb]\n[mcp_servers."a.b"] # why\n[ mcp_servers . c-d . env ]\n';
    assert.equal(marked(text, locateServer(text, 'config.toml', 'a.b', undefined)), '[mcp_servers."a.b"]');
    assert.equal(marked(text, locateServer(text, 'config.toml', 'axb', undefined)), '[mcp_servers.axb]');
    assert.equal(marked(text, locateServer(text, 'config.toml', 'c-d', undefined)), '[ mcp_servers . c-d . env ]');
    assert.equal(locateServer(text, 'config.toml', 'none', undefined), undefined);
  });

  it('in settings and in a workspace file is our own setting, not the editor’s', () => {
    const text = '{ "settings": { "mcp": { "servers": { "a": {} } }, "mcpProcesses.servers": { "a": {} } } }';
    assert.equal(locateInSettings(text, 'a')?.offset, text.lastIndexOf('"a"'));
    assert.equal(locateServer(text, 'x.code-workspace', 'a', undefined)?.offset, text.indexOf('"a"'));
    const settings = '{ // mine\n "mcpProcesses.servers": { "a": {}, }, }';
    assert.equal(marked(settings, locateInSettings(settings, 'a')), '"a"');
  });

  it('is undefined for a broken file, and for one without the server', () => {
    for (const text of ['', '{', '[]', '{ "servers": 3 }', '{ "servers": { "b": {} } }', '['.repeat(200_000)]) {
      assert.equal(locateServer(text, 'mcp.json', 'a', undefined), undefined);
      assert.equal(locateInSettings(text, 'a'), undefined);
    }
  });
});

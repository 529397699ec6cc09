import './views/fakeEditor';
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { COMMANDS } from '../../src/views/commands/register';
import { ROW_FLAGS } from '../../src/views/tree/row';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');

interface MenuItem {
  command: string;
  when?: string;
  group?: string;
}

interface Setting {
  type: string;
  default?: unknown;
  scope?: string;
  markdownDescription?: string;
}

const manifest = JSON.parse(read('package.json'));
const strings: Record<string, string> = JSON.parse(read('package.nls.json'));
const contributes = manifest.contributes;
const commandIds: string[] = contributes.commands.map((command: { command: string }) => command.command);
const menus: Record<string, MenuItem[]> = contributes.menus;
const settings: Record<string, Setting> = contributes.configuration.properties;

/** All strings of the manifest. */
function allStrings(value: unknown): string[] {
  if (typeof value === 'string') {
    return [value];
  }
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(allStrings) : [];
}

/** All values of the property `name` in the manifest. */
function allOf(value: unknown, name: string): string[] {
  if (typeof value !== 'object' || value === null) {
    return [];
  }
  return Object.entries(value).flatMap(([key, child]) =>
    key === name && typeof child === 'string' ? [child] : allOf(child, name),
  );
}

/** All entries of `enumDescriptions`. */
function enumDescriptionsOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) {
    return [];
  }
  return Object.entries(value).flatMap(([key, child]) =>
    key === 'enumDescriptions' ? allStrings(child) : enumDescriptionsOf(child),
  );
}

function sources(folder: string): string[] {
  return readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => read(path.join(folder, file)));
}

describe('manifest', () => {
  it('every command is registered, and every registered one is in the manifest', () => {
    assert.deepEqual(Object.keys(COMMANDS).toSorted(), commandIds.toSorted());
    assert.equal(new Set(commandIds).size, commandIds.length);
  });

  it('every command has a category and a title', () => {
    for (const command of contributes.commands) {
      assert.equal(command.category, '%category%', command.command);
      assert.ok(command.title, command.command);
    }
  });

  it('menus and links name commands that exist', () => {
    for (const item of Object.values(menus).flat()) {
      assert.ok(commandIds.includes(item.command), item.command);
    }
    const ours = [...commandIds, 'mcpProcesses.view.focus'];
    const texts = [...Object.values(strings), ...allStrings(contributes.walkthroughs)];
    const links = texts.flatMap((text) =>
      [...text.matchAll(/(?:command|onCommand):(mcpProcesses(?:\.\w+)+)/g)].map((match) => match[1] ?? ''),
    );
    assert.ok(links.length > 0);
    for (const link of links) {
      assert.ok(ours.includes(link), link);
    }
  });

  it('every %key% exists and is used', () => {
    const used = allStrings(manifest).flatMap((text) => /^%(.+)%$/.exec(text)?.[1] ?? []);
    assert.deepEqual([...new Set(used)].toSorted(), Object.keys(strings).toSorted());
    for (const [key, text] of Object.entries(strings)) {
      assert.notEqual(text.trim(), '', key);
    }
  });

  it('each of our context keys in a when clause is set somewhere', () => {
    const code = sources('src').join('\n');
    const clauses = [...allOf(contributes, 'when'), ...allOf(contributes, 'enablement')];
    const keys = clauses.flatMap((when) => when.replace(/view == \S+/g, '').match(/mcpProcesses(\.\w+)+/g) ?? []);
    assert.ok(keys.length > 0);
    for (const key of new Set(keys)) {
      assert.match(code, new RegExp(`etContext['(,\\s]+${key.replace('.', '\\.')}'`), key);
    }
  });

  it('every row flag in a when clause is set on some row', () => {
    const flags = (menus['view/item/context'] ?? []).flatMap(
      (item) => item.when?.match(/(?<=\\b)\w+(?=\\b)/g)?.map(String) ?? [],
    );
    assert.ok(flags.length > 0);
    for (const flag of new Set(flags)) {
      assert.ok(
        ROW_FLAGS.some((one) => one === flag),
        flag,
      );
    }
  });

  it('no row has more than two inline actions', () => {
    const inline = (menus['view/item/context'] ?? []).filter((item) => item.group?.startsWith('inline'));
    // What one row can offer at once: see capabilities.ts and tree/.
    for (const row of [
      'server canReap',
      'server canStart',
      'server canStop canCallTool',
      'process hasPid',
      'container canShowLogs canStopContainer',
    ]) {
      const shown = inline.filter((item) =>
        [...(item.when ?? '').matchAll(/viewItem =~ \/(.+?)\//g)].every((match) =>
          new RegExp(match[1] ?? '').test(row),
        ),
      );
      assert.ok(shown.length <= 2, `${row}: ${shown.map((item) => item.command)}`);
    }
  });

  it('a row that stands for several servers offers only what applies to all of them', () => {
    const offered = (menus['view/item/context'] ?? []).filter((item) =>
      [...(item.when ?? '').matchAll(/viewItem =~ \/(.+?)\//g)].every((match) =>
        new RegExp(match[1] ?? '').test('copies canReap'),
      ),
    );
    assert.deepEqual([...new Set(offered.map(({ command }) => command))].toSorted(), [
      'mcpProcesses.previewReap',
      'mcpProcesses.reapServers',
    ]);
  });

  it('every file that it names exists', () => {
    const files = [
      manifest.icon,
      ...allOf(contributes, 'icon').filter((icon) => !icon.startsWith('$(')),
      ...allOf(contributes.walkthroughs, 'markdown'),
    ];
    assert.ok(files.length >= 6);
    for (const file of files) {
      assert.ok(existsSync(path.join(root, file)), file);
    }
  });

  it('every setting has a description, a default of its type, and a scope that a workspace cannot abuse', () => {
    const restricted: string[] = manifest.capabilities.untrustedWorkspaces.restrictedConfigurations;
    for (const [name, setting] of Object.entries(settings)) {
      assert.match(name, /^mcpProcesses\./);
      assert.match(setting.markdownDescription ?? '', /^%.+%$/, name);
      const actual = Array.isArray(setting.default)
        ? 'array'
        : Number.isInteger(setting.default)
          ? 'integer'
          : typeof setting.default;
      assert.equal(actual, setting.type, name);
      const scope = restricted.includes(name) ? 'machine-overridable' : 'machine';
      assert.equal(setting.scope, scope, name);
    }
    for (const name of restricted) {
      assert.ok(settings[name], name);
    }
  });

  it('texts with markup are where the editor renders it', () => {
    const plain = [
      ...allOf(contributes.configuration, 'description'),
      ...enumDescriptionsOf(contributes.configuration),
    ];
    assert.ok(plain.length > 5);
    for (const key of plain) {
      assert.doesNotMatch(strings[key.slice(1, -1)] ?? key, /`|#mcpProcesses/, key);
    }
  });

  it('offers only inputs that the user can answer: none of type "command", which is always refused', () => {
    const { properties } = contributes.configuration.properties['mcpProcesses.inputs'].items;
    assert.deepEqual(properties.type.enum, ['promptString', 'pickString']);
    assert.equal(properties.command, undefined);
  });

  it('activates only after startup, beside the workspace, and says why it is limited', () => {
    assert.deepEqual(manifest.activationEvents, ['onStartupFinished']);
    assert.deepEqual(manifest.extensionKind, ['workspace']);
    assert.equal(manifest.capabilities.untrustedWorkspaces.supported, 'limited');
    assert.equal(manifest.capabilities.virtualWorkspaces.supported, false);
  });
});

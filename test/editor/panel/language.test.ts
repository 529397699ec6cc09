import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { FakeOwner, PLAIN } from '../../support/fakeOwner';
import { isAlive, SERVER } from '../../support/sandbox';
import { waitFor } from '../../support/waitFor';
import { withSandbox } from '../../support/withSandbox';
import { EditorSandbox, ROOT } from '../support/editorSandbox';
import { Panel } from '../support/panel';

const NLS: Record<string, string> = JSON.parse(readFileSync(join(ROOT, 'package.nls.json'), 'utf8'));

/** What no language translates: names, input, programs and units. */
const ALLOWED = [
  // The folder in which the foreign server runs: this one.
  new RegExp(`\\b${basename(process.cwd())}\\b`, 'g'),
  // Names of this test's servers, folders and programs.
  /\bserver \d\b/g,
  /\bcode-server\b/g,
  /\b(?:test|fixture|notes|broken|echo|tickets|project|node|plain\.mjs|server\.mjs|mcp\.json|settings\.json|no-such-program)\b/g,
  // Names of products.
  /\bMCP Processes\b|\bClaude Code\b|\bVS Code\b/g,
  // Command lines and paths.
  /\bnpx -y|\buvx\b|\bdocker run -i --rm/g,
  /(?:^|[\s("'⟧])\/[^\s⟧]+/g,
  /--[\w-]+(?:=\S+)?/g,
  // Values of settings.
  /"(?:ask|on|off)"/g,
  // Names of settings, signals, errors and keys of configurations.
  /\bmcpProcesses\.[\w.]+\w/g,
  /\bSIG[A-Z]+\b|\bE[A-Z]{3,}\b/g,
  // Ids of sessions and records.
  /\b[0-9a-f]{8}-[0-9a-f-]{27}\b/g,
  // The editor's own hint below an input box.
  /\(Press 'Enter' to confirm or 'Escape' to cancel\)/g,
  // Units, dates, AM and PM, as Intl writes them.
  /\b(?:KB|MB|GB|AM|PM)\b/g,
  /\b\d{4}-\d{2}-\d{2}T[\d:.]+Z\b/g,
];

/** The parts of a quick pick entry; what the editor adds beside them is its own. */
const ENTRY = ['.label-name', '.label-description', '.quick-input-list-label-meta']
  .map((part) => `.monaco-list-row ${part}:visible`)
  .join(', ');

/** The English words in a text: neither translated nor allowed. */
function english(text: string): string[] {
  const rest = ALLOWED.reduce((left, allowed) => left.replaceAll(allowed, ' '), text.replaceAll('\u00a0', ' '));
  return rest.match(/[A-Za-z]{2,}/g) ?? [];
}

describe('a window in another language', function () {
  this.timeout(240_000);
  const world = withSandbox(() => new EditorSandbox());

  /** The texts that were read. The test ends with a list of all that contain English. */
  const read: { readonly where: string; readonly text: string }[] = [];
  const note = (where: string, ...texts: readonly (string | null | undefined)[]) => {
    const said = texts.flatMap((text) => (text ? [text] : []));
    assert.ok(said.length > 0, `${where} is empty`);
    read.push(...said.map((text) => ({ where, text })));
  };

  it('has no English texts of ours: rows, tooltips, status bar, questions, notifications and reports', async () => {
    const { copyInPseudoLanguage, pseudo } = await import('../host/pseudoLanguage.mjs');
    const copy = join(world.path, 'extension');
    copyInPseudoLanguage(ROOT, copy);
    const gone = await new FakeOwner(world).open();
    const orphans = [(await gone.start()).pid, (await gone.start([PLAIN, '--deaf', '--precious'])).pid];
    gone.write({ automatic: 'ask' });
    await gone.kill();
    const living = await new FakeOwner(world).open();
    const workspace = world.workspace('project');
    const entry = { command: process.execPath, args: [PLAIN, '--deaf', `--notes=${living.id}`] };
    await living.start(entry.args, { cookie: false, record: false });
    writeFileSync(join(workspace, '.vscode/mcp.json'), JSON.stringify({ servers: { notes: entry } }));
    const home = join(world.path, 'user');
    mkdirSync(home);
    writeFileSync(join(home, '.claude.json'), JSON.stringify({ mcpServers: { tickets: { command: 'node' } } }));
    const { page } = await world.openEditor(workspace, {
      installed: [copy],
      pseudo: true,
      environment: { HOME: home },
      settings: {
        'mcpProcesses.launch.autoStart': true,
        'mcpProcesses.reap.neverReap': ['--precious'],
        'mcpProcesses.servers': {
          echo: { command: process.execPath, args: [SERVER] },
          broken: { command: 'no-such-program' },
        },
      },
    });
    const panel = new Panel(page);
    const title = (key: string) => pseudo(NLS[key] as string);

    await panel.status.waitFor({ timeout: 60_000 });
    note('status bar', await panel.status.textContent(), await panel.status.getAttribute('aria-label'));
    await panel.status.click();
    await panel.row(pseudo('Other Clients')).waitFor({ timeout: 60_000 });
    await panel.unfold(/server 2/);
    await panel.row(/plain\.mjs/).waitFor();
    await panel.unfold(pseudo('Not Running'));
    await panel.row(new RegExp(`echo.*${pseudo('active')}`)).waitFor({ timeout: 60_000 });
    await takePicture(page, 'panel');
    await panel.row(new RegExp(`broken.*${pseudo('failed')}`)).waitFor();
    await takePicture(page, 'panel');
    await noteRows('panel');
    note('badge', await page.locator('.activitybar a[aria-label*="⟦"]').first().getAttribute('aria-label'));
    for (const row of await rowsWithTooltips()) note('tooltip', await tooltipOf(row));

    async function noteRows(where: string): Promise<void> {
      for (const row of await panel.view.locator('.monaco-list-row').all()) {
        note(where, await row.textContent(), await row.getAttribute('aria-label'));
      }
    }

    function rowsWithTooltips(): Promise<Locator[]> {
      return panel.view.locator('.monaco-list-row').all();
    }

    async function tooltipOf(row: Locator): Promise<string> {
      const hover = page.locator('.workbench-hover:visible');
      return waitFor('a tooltip', async () => {
        await page.keyboard.press('Escape');
        await page.mouse.move(620, 660);
        await hover.first().waitFor({ state: 'hidden', timeout: 5_000 });
        await row.locator('.label-name').hover({ timeout: 5_000 });
        await hover.first().waitFor({ timeout: 3_000 });
        const text = (await hover.allTextContents()).join('\n');
        // The editor's own text, until ours appears.
        return text.includes('Loading...') ? undefined : text;
      });
    }

    // The evidence of both kinds of servers: a spared one, and another client's.
    for (const name of ['server 2', 'notes', 'broken']) {
      await panel.runEditors(title('command.showEvidence.title'));
      await panel.pick(name);
      const tab = page.locator('.tab.active').filter({ hasText: name });
      await tab.waitFor();
      note(`evidence of ${name}`, await tab.textContent(), await documentText(page));
    }
    await panel.runEditors(title('command.previewReap.title'));
    await page
      .locator('.tab.active')
      .filter({ hasText: pseudo('Cleanup Preview.txt') })
      .waitFor();
    note('preview', await documentText(page));
    await takePicture(page, 'preview');

    for (const key of ['start', 'stop', 'showEvidence', 'copyPid', 'showOutput']) {
      await panel.runEditors(title(`command.${key}.title`));
      await noteQuickInput(key);
      await page.keyboard.press('Escape');
    }
    await panel.runEditors(title('command.addServer.title'));
    await noteQuickInput('Add Server');
    await panel.pick(pseudo('npm Package'));
    await noteQuickInput('Add Server: package');
    await page.keyboard.press('Escape');

    await panel.runEditors(title('command.reapOrphans.title'));
    await waitFor('the orphan has ended', () => !isAlive(orphans[0] as number));
    await panel.notified(/⟦Éñðéð|⟦⟦Éñðéð/);
    for (const message of await panel.notifications.locator('.notification-list-item').all()) {
      note('notification', await message.locator('.notification-list-item-message').textContent());
      note('buttons', ...(await message.locator('.notification-list-item-buttons-container').allTextContents()));
    }
    await takePicture(page, 'notifications');
    await panel.notifications.getByText(pseudo('Show Details')).first().click();
    await page
      .locator('.tab.active')
      .filter({ hasText: pseudo('Cleanup Report.txt') })
      .waitFor();
    note('report', await documentText(page));
    await panel.unfold(new RegExp(pseudo('Recently Ended')));
    await noteRows('panel after the reap');

    async function noteQuickInput(where: string): Promise<void> {
      const widget = page.locator('.quick-input-widget:visible');
      await widget.getByText(/⟦/).first().waitFor();
      const box = widget.locator('input[placeholder*="⟦"]').first();
      note(
        where,
        ...(await widget
          .locator('.quick-input-title, .quick-input-description, .quick-input-message')
          .allTextContents()),
        ...(await widget.locator(ENTRY).allTextContents()),
        (await box.count()) > 0 ? await box.getAttribute('placeholder') : undefined,
      );
    }

    const stays = read.flatMap(({ where, text }) => english(text).map((word) => ({ where, word, text })));
    assert.deepEqual(stays, []);
    assert.ok(read.filter(({ text }) => text.includes('⟦')).length > 40);
    assert.ok(isAlive(orphans[1] as number));
  });

  it('control arm: finds English, in a sentence and as an argument of one', async () => {
    const { pseudo } = await import('../host/pseudoLanguage.mjs');
    assert.deepEqual(english(`server 1 ${pseudo('orphaned')} · 12 MB`), []);
    assert.deepEqual(english(pseudo('spared: {0}').replace('{0}', 'it is gone')), ['it', 'is', 'gone']);
  });
});

/** The visible text of the focused document. */
async function documentText(page: Page): Promise<string> {
  const lines = page.locator('.editor-group-container.active .view-lines');
  await lines.getByText(/⟦/).first().waitFor();
  return (await lines.allTextContents()).join('\n');
}

/** Takes a picture if the environment asks for it. */
async function takePicture(page: Page, name: string): Promise<void> {
  const folder = process.env.MCP_PROCESSES_TEST_PICTURES;
  if (folder) await page.screenshot({ path: join(folder, `${name}.png`) });
}

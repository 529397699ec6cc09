import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { FakeOwner, PLAIN } from '../../support/fakeOwner';
import { isAlive, SERVER } from '../../support/sandbox';
import { waitFor } from '../../support/waitFor';
import { withSandbox } from '../../support/withSandbox';

import { EditorSandbox, ROOT } from '../support/editorSandbox';
import { english, questionOf, SeenTexts, tooltipOf } from '../support/otherLanguage';
import { Panel } from '../support/panel';

const NLS: Record<string, string> = JSON.parse(readFileSync(join(ROOT, 'package.nls.json'), 'utf8'));

/** The parts of a quick pick entry; what the editor adds beside them is its own. */
const ENTRY = ['.label-name', '.label-description', '.quick-input-list-label-meta']
  .map((part) => `.monaco-list-row ${part}:visible`)
  .join(', ');

describe('a window in another language', function () {
  this.timeout(240_000);
  const world = withSandbox(() => new EditorSandbox());

  /** The test ends with a list of all texts that contain English. */
  const seen = new SeenTexts();
  const note = seen.note.bind(seen);

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
    for (const row of await panel.view.locator('.monaco-list-row').all()) note('tooltip', await tooltipOf(row));

    async function noteRows(where: string): Promise<void> {
      for (const row of await panel.view.locator('.monaco-list-row').all()) {
        note(where, await row.textContent(), await row.getAttribute('aria-label'));
      }
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
    await panel.runEditors(title('command.stopAll.title'));
    note('Stop All', ...(await questionOf(panel)));
    await panel.choose('notes', title('command.endServer.title'));
    note('End Server Processes', ...(await questionOf(panel)));
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

    seen.assertTranslated();
    assert.ok(seen.count > 40);
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

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EditorSandbox, ROOT } from '../editor/support/editorSandbox';
import { questionOf, SeenTexts, tooltipOf } from '../editor/support/otherLanguage';
import { Panel } from '../editor/support/panel';
import { killHard } from '../support/sandbox';
import { waitFor } from '../support/waitFor';
import { withSandbox } from '../support/withSandbox';
import { IMAGE } from './host/engine';
import { TestEngine } from './host/testEngine';
import { useEngine } from './host/useEngine';

const LOST = ['run', '-i', '--rm', '--network', 'none', IMAGE, 'sh', '-c', 'echo hello; while :; do sleep 0.1; done'];
const GROUP = 'Containers Without a Client';

describe('containers in the panel of a real editor', function () {
  this.timeout(180_000);
  const engine = useEngine(new TestEngine());
  const world = withSandbox(() => new EditorSandbox());

  const count = async () => (await engine.command('ps', '-q')).split('\n').filter(Boolean).length;

  /** Leaves a container without a client, and opens an editor whose workspace configures it. */
  const open = async (options: Parameters<EditorSandbox['openEditor']>[1] = {}) => {
    const client = spawn('docker', LOST, { env: engine.environment, stdio: ['pipe', 'ignore', 'ignore'] });
    await waitFor('it is running', async () => (await count()) === 1);
    await killHard(client);
    const workspace = world.workspace('project');
    const servers = { lost: { command: 'docker', args: LOST } };
    writeFileSync(join(workspace, '.vscode/mcp.json'), JSON.stringify({ servers }));
    const { PATH = '', DOCKER_HOST = '', DOCKER_CONFIG = '' } = engine.environment;
    return world.openEditor(workspace, { ...options, environment: { PATH, DOCKER_HOST, DOCKER_CONFIG } });
  };

  it('K11 without a client: a person sees it, its logs and what it uses, and stops it by name', async () => {
    const { page } = await open();
    const panel = await new Panel(page).open();
    await panel.unfold(GROUP);
    await panel.shows(GROUP, [IMAGE]);
    const row = (await panel.rows()).find(({ name }) => name === IMAGE);
    assert.match(row?.description ?? '', /^running · lost · container [0-9a-f]{12} · /);

    // The hover goes away when the mouse, or the row under it, moves.
    await waitFor(
      'what it uses',
      async () => {
        await page.mouse.move(600, 400);
        await panel.row(IMAGE).hover();
        await page.locator('.monaco-hover').getByText('Memory:').waitFor({ timeout: 5_000 });
        return true;
      },
      60_000,
    );
    await panel.press(IMAGE, 'Show Container Logs');
    await page.locator('.editor-instance').getByText('hello').waitFor();
    await panel.press(IMAGE, 'Stop Container');
    assert.match(await panel.answer('Cancel'), /Stop container [0-9a-f]{12} \(.*Matches server lost from VS Code/s);
    assert.equal(await count(), 1);
    await panel.press(IMAGE, 'Stop Container');
    await panel.answer('Stop Container');
    await waitFor('it is gone', async () => (await count()) === 0);
    await panel.shows(GROUP, []);
    assert.ok(
      (await panel.rows()).every(({ name }) => name !== GROUP),
      'an empty group is hidden',
    );
  });

  it('are described in another language: row, tooltip and question', async () => {
    const { copyInPseudoLanguage, pseudo } = await import('../editor/host/pseudoLanguage.mjs');
    const copy = join(world.path, 'extension');
    copyInPseudoLanguage(ROOT, copy);
    const { page } = await open({ installed: [copy], pseudo: true });
    const panel = new Panel(page);
    await page.locator('.activitybar a[aria-label*="⟦"]').first().click();
    await panel.unfold(pseudo(GROUP));
    const row = panel.row(IMAGE);
    // Names of image and server, and the state in the engine's words.
    const seen = new SeenTexts([new RegExp(IMAGE, 'g'), /\b(?:lost|running)\b/g]);
    const parts = await row.locator('.label-name, .label-description').allTextContents();
    seen.note('row', ...parts, await row.getAttribute('aria-label'));
    seen.note('tooltip', await tooltipOf(row));
    await panel.press(IMAGE, pseudo('Stop Container…'));
    seen.note('question', ...(await questionOf(panel)));
    seen.assertTranslated();
  });
});

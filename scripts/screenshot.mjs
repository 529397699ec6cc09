// `npm run screenshot`: takes pictures of the panel in the real editor, with running servers and with servers that a
// killed extension host left behind, in dark, light and high contrast. Takes about a minute; check the pictures.
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEditorServer } from '../test/editor/host/editorServer.mjs';
import { openWindow, runCommand, startBrowser } from '../test/editor/host/window.mjs';
import { guardScene } from './screenshot/guard.mjs';
import { CALM, clear, openPanel, PANEL, pictures, root, row, start, take, until, widen } from './screenshot/panel.mjs';
import { endTagged, tagged } from './taggedProcesses.mjs';

const THEMES = {
  dark: { theme: 'Dark Modern', base: 'vs-dark' },
  light: { theme: 'Light Modern', base: 'vs' },
  contrast: { theme: 'Dark High Contrast', base: 'hc-black' },
};
const WINDOW = { width: 1180, height: 700 };

// The pictures show paths, so the example is copied to a short one.
const work = mkdtempSync(join(tmpdir(), 'mcp-'));
const home = join(work, 'home');
const example = join(work, 'examples/workspace');
const tag = randomUUID();
/** The servers of the example that we start. The first stays behind when its client dies. */
const EXAMPLES = ['leaky', 'everything', 'filesystem', 'memory'];

/**
 * The recorded servers whose process is known.
 * @returns {{ root: object }[]}
 */
function recorded() {
  return readdirSync(join(home, 'sessions')).flatMap((file) => {
    /** @type {{ records?: { root?: object }[] }} */
    const { records = [] } = JSON.parse(readFileSync(join(home, 'sessions', file), 'utf8'));
    return records.flatMap(({ root }) => (root ? [{ root }] : []));
  });
}

/** A second project with one server, for the group of other windows. */
function otherProject() {
  const folder = join(work, 'website');
  mkdirSync(join(folder, '.vscode'), { recursive: true });
  const program = join(root, 'node_modules/@modelcontextprotocol/server-filesystem/dist/index.js');
  writeFileSync(
    join(folder, '.vscode/settings.json'),
    JSON.stringify({ 'mcpProcesses.servers': { tickets: { command: 'node', args: [program, folder] } } }),
  );
  return folder;
}

const SETTINGS = {
  ...CALM,
  'mcpProcesses.reap.automatic': 'ask',
  'mcpProcesses.sweep.intervalSeconds': 5,
  'editor.wordWrap': 'on',
  'editor.minimap.enabled': false,
  'editor.occurrencesHighlight': 'off',
  'editor.renderLineHighlight': 'none',
};

/**
 * Opens a window with running servers and one that a killed extension host left behind, and a second window.
 * @param {(end: () => Promise<unknown>) => void} keep takes what ends each thing that was started
 */
async function openScene(keep) {
  mkdirSync(join(home, 'sessions'), { recursive: true });
  mkdirSync(pictures, { recursive: true });
  cpSync(join(root, 'examples/workspace'), example, { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(work, 'node_modules'));
  const server = await startEditorServer({
    installed: root,
    settings: SETTINGS,
    environment: { MCP_PROCESSES_HOME: home, MCP_PROCESSES_STARTED_BY: tag },
  });
  keep(() => server.stop());
  const browser = await startBrowser(server.chromium, WINDOW);
  keep(() => browser.close());

  const page = await openWindow(browser, server, example);
  await openPanel(page);
  for (const name of EXAMPLES) await start(page, name);
  await until('the servers of the example are running', () => recorded().length === EXAMPLES.length);
  const [host] = server.extensionHosts();
  console.log('The servers are running. Killing their extension host, as in a crash …');
  if (!host) throw new Error('There is no extension host.');
  process.kill(host, 'SIGKILL');
  await row(page, 'Orphaned').waitFor({ timeout: 60_000 });
  for (const name of EXAMPLES.slice(1)) await start(page, name);

  const beside = await openWindow(browser, server, otherProject());
  await openPanel(beside);
  await start(beside, 'tickets');
  await page.bringToFront();
  await row(page, 'Other Windows').waitFor({ timeout: 60_000 });
  return page;
}

/** @param {import('playwright-core').Page} page */
async function takePictures(page) {
  await widen(page);
  const orphan = row(page, /leaky.*orphaned/);
  await orphan.click();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Escape');
  for (const name of /** @type {const} */ (['light', 'contrast', 'dark'])) {
    const { theme, base } = THEMES[name];
    await chooseTheme(page, theme);
    await page.locator(`.monaco-workbench.${base}`).waitFor();
    await clear(page);
    await moveMouseAway(page);
    if (name !== 'dark') await take(page, name, { x: 0, y: 0, width: PANEL, height: 360 });
  }
  const tooltip = page.locator('.workbench-hover:visible').getByText('Orphaned:');
  // A row redrawn during the delay of its tooltip shows none.
  await until('the tooltip of the orphaned server shows', async () => {
    await moveMouseAway(page);
    await orphan.locator('.label-name').hover();
    return tooltip.waitFor({ timeout: 3_000 }).then(
      () => true,
      () => false,
    );
  });
  await take(page, 'tooltip', { x: 0, y: 0, width: 900, height: 360 });
  await moveMouseAway(page);
  await orphan.hover();
  await orphan.locator('a[aria-label^="Why This Status?"]').click();
  await page.locator('.view-lines').getByText('Evidence:').waitFor();
  await moveMouseAway(page);
  await clear(page);
  await take(page, 'dark', { x: 0, y: 0, width: WINDOW.width, height: 480 });
}

/** @param {import('playwright-core').Page} page */
async function moveMouseAway(page) {
  await page.mouse.move(WINDOW.width - 40, WINDOW.height - 60);
  await page.locator('.workbench-hover').first().waitFor({ state: 'hidden' });
}

/**
 * @param {import('playwright-core').Page} page
 * @param {string} theme
 */
async function chooseTheme(page, theme) {
  await runCommand(page, 'Preferences: Color Theme');
  const input = page.locator('.quick-input-widget input:visible');
  await page.locator('.quick-input-list .monaco-list-row').filter({ hasText: 'Dark Modern' }).first().waitFor();
  await input.fill(theme);
  await page.locator('.quick-input-list .monaco-list-row').filter({ hasText: theme }).first().click();
  // It fades out over the panel.
  await page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
}

/** @type {(() => Promise<unknown>)[]} */
const endings = [];

async function endAll() {
  for (const end of endings.splice(0)) await end().catch((error) => console.error(error));
  // The guard ends what outlives the editor; this does not wait for it.
  await endTagged(tag);
}

try {
  const built = spawnSync(process.execPath, ['scripts/build.mjs', '--production'], { cwd: root, stdio: 'inherit' });
  if (built.status !== 0) throw new Error('The build failed; see above.');
  console.log('Starting the editor (under a minute once it is installed) …');
  await takePictures(await openScene((end) => endings.unshift(end)));
  // In the next picture its servers would appear as other clients'.
  await endAll();
  await guardScene({ example, home: join(work, 'guarded'), tag, keep: (end) => endings.unshift(end) });
} catch (error) {
  console.error(error);
  process.exitCode = 1;
}
await endAll();
rmSync(work, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
for (const { pid, command } of tagged(tag)) {
  console.error(`Left behind: pid ${pid} ${command}`);
  process.exitCode = 1;
}

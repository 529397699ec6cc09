// `npm run screenshot`: pictures of the panel in the real editor, with servers that run and servers that a killed
// extension host left behind, in dark, light and high contrast. About a minute; look at what it takes.
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startEditorServer } from '../test/editor/host/editorServer.mjs';
import { openWindow, runCommand, startBrowser } from '../test/editor/host/window.mjs';
import { endTagged, tagged } from './taggedProcesses.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const pictures = join(root, 'media/screenshots');
const THEMES = {
  dark: { theme: 'Dark Modern', base: 'vs-dark' },
  light: { theme: 'Light Modern', base: 'vs' },
  contrast: { theme: 'Dark High Contrast', base: 'hc-black' },
};
const WINDOW = { width: 1180, height: 700 };
/** Width of the side bar with the activity bar beside it. */
const PANEL = 560;
const MOST_BYTES = 150_000;

// The pictures show paths: a copy of the example in a short one, not where this checkout is.
const work = mkdtempSync(join(tmpdir(), 'mcp-'));
const home = join(work, 'home');
const example = join(work, 'examples/workspace');
const tag = randomUUID();
/** Those of the example that we start: the first stays behind when its client dies. */
const EXAMPLES = ['leaky', 'everything', 'filesystem', 'memory'];

async function until(what, condition, seconds = 60) {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > deadline) throw new Error(`Waited ${seconds} s for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** Servers in the session files whose process is known. */
function recorded() {
  return readdirSync(join(home, 'sessions')).flatMap((file) => {
    const { records = [] } = JSON.parse(readFileSync(join(home, 'sessions', file), 'utf8'));
    return records.filter((record) => record.root);
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

const row = (page, text) => page.locator('.pane-body .monaco-list-row').filter({ hasText: text }).first();

async function openPanel(page) {
  await page.locator('.activitybar a[aria-label^="MCP Processes"]').click();
  await row(page, 'Not Running').waitFor({ timeout: 60_000 });
}

/** Starts a server by the button of its row, and waits until it answers. */
async function start(page, name) {
  const group = row(page, 'Not Running');
  const stopped = row(page, new RegExp(`${name}.*not running`));
  await until(`${name} is listed`, async () => {
    if (await stopped.isVisible()) return true;
    // A new extension host fills the tree anew, and a click may come too early.
    if ((await group.getAttribute('aria-expanded')) === 'false') await group.click();
    return false;
  });
  await stopped.hover();
  await stopped.locator('a[aria-label^="Start"]').click();
  await row(page, new RegExp(`${name}.*active`)).waitFor({ timeout: 60_000 });
}

async function main(keep) {
  mkdirSync(join(home, 'sessions'), { recursive: true });
  mkdirSync(pictures, { recursive: true });
  cpSync(join(root, 'examples/workspace'), example, { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(work, 'node_modules'));
  const settings = {
    'mcpProcesses.reap.automatic': 'ask',
    'mcpProcesses.sweep.intervalSeconds': 5,
    'window.commandCenter': false,
    'workbench.layoutControl.enabled': false,
    'workbench.secondarySideBar.defaultVisibility': 'hidden',
    'workbench.tips.enabled': false,
    'workbench.editor.empty.hint': 'hidden',
    'editor.wordWrap': 'on',
    'editor.minimap.enabled': false,
    'editor.occurrencesHighlight': 'off',
    'editor.renderLineHighlight': 'none',
  };
  const server = await startEditorServer({
    installed: root,
    settings: { ...settings, 'workbench.colorTheme': THEMES.dark.theme },
    environment: { MCP_PROCESSES_HOME: home, MCP_PROCESSES_STARTED_BY: tag },
  });
  keep(() => server.stop());
  const browser = await startBrowser(server.chromium, WINDOW);
  keep(() => browser.close());

  const page = await openWindow(browser, server, example);
  await openPanel(page);
  for (const name of EXAMPLES) await start(page, name);
  await until('the servers of the example run', () => recorded().length === EXAMPLES.length);
  const [host] = server.extensionHosts();
  console.log('The servers run. Killing their extension host, as a crash would …');
  process.kill(host, 'SIGKILL');
  await row(page, 'Orphaned').waitFor({ timeout: 60_000 });
  for (const name of EXAMPLES.slice(1)) await start(page, name);

  const beside = await openWindow(browser, server, otherProject());
  await openPanel(beside);
  await start(beside, 'tickets');
  await page.bringToFront();
  await row(page, 'Other Windows').waitFor({ timeout: 60_000 });

  const bar = await page.locator('.part.sidebar').boundingBox();
  await page.mouse.move(bar.x + bar.width, 300);
  await page.mouse.down();
  await page.mouse.move(PANEL, 300, { steps: 5 });
  await page.mouse.up();
  await row(page, /leaky.*orphaned/).click();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Escape');

  const away = async () => {
    await page.mouse.move(WINDOW.width - 40, WINDOW.height - 60);
    await page.locator('.workbench-hover').first().waitFor({ state: 'hidden' });
  };
  const orphan = row(page, /leaky.*orphaned/);
  for (const name of ['light', 'contrast', 'dark']) {
    const { theme, base } = THEMES[name];
    await chooseTheme(page, theme);
    await page.locator(`.monaco-workbench.${base}`).waitFor();
    await clear(page);
    await away();
    if (name !== 'dark') await take(page, name, { x: 0, y: 0, width: PANEL, height: 360 });
  }
  await orphan.locator('.label-name').hover();
  await page.locator('.workbench-hover:visible').getByText('Orphaned:').waitFor();
  await take(page, 'tooltip', { x: 0, y: 0, width: 900, height: 360 });
  await away();
  await orphan.hover();
  await orphan.locator('a[aria-label^="Show Evidence"]').click();
  await page.locator('.view-lines').getByText('Evidence:').waitFor();
  await away();
  await clear(page);
  await take(page, 'dark', { x: 0, y: 0, width: WINDOW.width, height: 480 });
}

async function chooseTheme(page, theme) {
  await runCommand(page, 'Preferences: Color Theme');
  const input = page.locator('.quick-input-widget input:visible');
  await page.locator('.quick-input-list .monaco-list-row').filter({ hasText: 'Dark Modern' }).first().waitFor();
  await input.fill(theme);
  await page.locator('.quick-input-list .monaco-list-row').filter({ hasText: theme }).first().click();
}

async function clear(page) {
  for (const button of await page.locator('.notifications-toasts .codicon-notifications-clear').all()) {
    await button.click().catch(() => {});
  }
  await page.evaluate(() => document.fonts.ready);
}

async function take(page, name, clip) {
  const path = join(pictures, `${name}.png`);
  await page.screenshot({ path, clip });
  const { size } = statSync(path);
  console.log(`media/screenshots/${name}.png, ${Math.round(size / 1024)} KB`);
  if (size > MOST_BYTES) throw new Error(`${path} is larger than ${MOST_BYTES} bytes: crop it.`);
}

const endings = [];
try {
  const built = spawnSync(process.execPath, ['scripts/build.mjs', '--production'], { cwd: root, stdio: 'inherit' });
  if (built.status !== 0) throw new Error('The build failed; see above.');
  console.log('Starting the editor (under a minute once it is installed) …');
  await main((end) => endings.unshift(end));
} catch (error) {
  console.error(error);
  process.exitCode = 1;
}
for (const end of endings) await end().catch((error) => console.error(error));
// What ignores its closing editor is left to the guard, which this does not wait for.
await endTagged(tag);
rmSync(work, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
for (const { pid, command } of tagged(tag)) {
  console.error(`Left behind: pid ${pid} ${command}`);
  process.exitCode = 1;
}

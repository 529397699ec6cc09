// The picture of the guard: the panel before `kill -9` of everything, and the process lists after it.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startEditorServer } from '../../test/editor/host/editorServer.mjs';
import { openWindow, startBrowser } from '../../test/editor/host/window.mjs';
import { tagged } from '../taggedProcesses.mjs';
import { CALM, clear, openPanel, PANEL, row, start, take, until, widen } from './panel.mjs';

const SERVERS = ['leaky', 'everything', 'filesystem', 'memory'];
const HEIGHT = 330;

/** @param {{ example: string, home: string, tag: string, keep: (end: () => Promise<unknown>) => void }} stage */
export async function guardScene({ example, home, tag, keep }) {
  mkdirSync(join(home, 'sessions'), { recursive: true });
  const server = await startEditorServer({
    installed: join(import.meta.dirname, '../..'),
    settings: CALM,
    environment: { MCP_PROCESSES_HOME: home, MCP_PROCESSES_STARTED_BY: tag },
  });
  keep(() => server.stop());
  const browser = await startBrowser(server.chromium, { width: 1180, height: 700 });
  keep(() => browser.close());
  const page = await openWindow(browser, server, example);
  await openPanel(page);
  for (const name of SERVERS) await start(page, name);
  await widen(page);
  await clear(page);
  await row(page, 'Crash Protection').waitFor();
  // No row should appear selected.
  await page.mouse.click(1100, 640);
  const panel = await page.screenshot({ clip: { x: 0, y: 0, width: PANEL, height: HEIGHT } });

  const [host] = server.extensionHosts();
  if (!host) throw new Error('There is no extension host.');
  const servers = recordedPids(home);
  const guard = guardOf(home);
  const watched = [host, ...servers.flatMap((pid) => [pid, ...childrenOf(pid)]), guard];
  const before = processList(watched, example);
  const killed = performance.now();
  server.kill();
  const seconds = () => ((performance.now() - killed) / 1000).toFixed(1);
  await until('the polite ones are gone', () => processList(watched, example).length <= 3, 20);
  const during = { at: seconds(), list: processList(watched, example) };
  await until('nothing is left', () => processList(watched, example).length === 0, 30);
  const after = { at: seconds(), list: processList(watched, example) };
  if (tagged(tag).some(({ pid }) => watched.includes(pid))) throw new Error('The guard left processes behind.');

  const sheet = await browser.context.newPage();
  await sheet.setViewportSize({ width: 1180, height: 560 });
  await sheet.setContent(html(panel, before, during, after));
  await take(sheet, 'guard', (await sheet.locator('main').boundingBox()) ?? undefined);
}

/** @param {string} home */
function recordedPids(home) {
  return readdirSync(join(home, 'sessions')).flatMap((file) => {
    /** @type {{ records: { root: { pid: number } }[] }} */
    const { records } = JSON.parse(readFileSync(join(home, 'sessions', file), 'utf8'));
    return records.map(({ root }) => root.pid);
  });
}

/** @param {number} pid */
function childrenOf(pid) {
  const { stdout } = spawnSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' });
  return stdout.split('\n').filter(Boolean).map(Number);
}

/** @param {string} home */
function guardOf(home) {
  const pid = readdirSync('/proc').find((name) => {
    try {
      return /^\d+$/.test(name) && readFileSync(`/proc/${name}/cmdline`, 'latin1').includes(`${home}/guard/`);
    } catch {
      return false;
    }
  });
  if (!pid) throw new Error('There is no guard.');
  return Number(pid);
}

/**
 * What `ps` says about the living ones, in lines that fit.
 * @param {readonly number[]} pids
 * @param {string} example
 */
function processList(pids, example) {
  const { stdout } = spawnSync('ps', ['-ww', '-o', 'pid=,stat=,args=', '-p', pids.join(',')], { encoding: 'utf8' });
  return stdout
    .split('\n')
    .filter((line) => line !== '' && !/^\s*\d+\s+Z/.test(line))
    .map((line) => {
      const [pid = '', , ...args] = line.trim().split(/\s+/);
      return `${pid.padStart(7)}  ${shortened(args.join(' '), example)}`;
    });
}

/**
 * @param {string} command
 * @param {string} example
 */
function shortened(command, example) {
  if (command.includes('--type=extensionHost')) return 'node … --type=extensionHost';
  if (command.includes('/guard/'))
    return /^\/bin\/sh/.test(command) ? 'sh … guard.js (waiting)' : 'node … guard.js (at work)';
  return command
    .replaceAll(example, '~/project')
    .replaceAll(/\S*\/node_modules\/@modelcontextprotocol\//g, '…/')
    .replaceAll(/\S*\/(?=node(?: |$))/g, '')
    .slice(0, 62);
}

/**
 * @typedef {{ at: string, list: readonly string[] }} Moment
 * @param {Buffer} panel
 * @param {readonly string[]} before
 * @param {Moment} during
 * @param {Moment} after
 */
function html(panel, before, during, after) {
  /** @param {readonly string[]} list */
  const lines = (list) => list.map((line) => `${line.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}\n`).join('');
  return `<style>
    body { margin: 0; background: #1f1f1f; color: #cccccc; font: 13px/1.5 "DejaVu Sans Mono", monospace; }
    main { display: flex; gap: 24px; padding: 16px; width: 1148px; }
    pre { margin: 0; font: inherit; white-space: pre; }
    b { color: #4ec9b0; font-weight: 600; } i { color: #8b8b8b; font-style: normal; }
    img { width: ${PANEL}px; height: ${HEIGHT}px; border: 1px solid #3c3c3c; border-radius: 4px; }
  </style>
  <main><img src="data:image/png;base64,${panel.toString('base64')}">
  <pre><b>$ ps</b> <i># before</i>
${lines(before)}
<b>$ kill -9</b> <i># the whole editor at once</i>
<b>$ ps</b> <i># ${during.at} s later: most exited with their input; one ignores it</i>
${lines(during.list)}
<b>$ ps</b> <i># ${after.at} s later: the guard has ended it and exited</i>
${lines(after.list)}</pre></main>`;
}

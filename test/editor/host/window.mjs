// A window: a page of system Chromium on an editor server.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const ARGUMENTS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts a browser with a fresh profile. `close` ends it and removes the profile. */
export async function startBrowser(executablePath, { width = 1200, height = 760 } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'br-'));
  const profile = join(folder, 'profile');
  // What a killed browser leaves in its temporary folder is to go with it.
  const temporary = join(folder, 'tmp');
  mkdirSync(temporary);
  const root = process.getuid?.() === 0;
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    env: { ...process.env, TMPDIR: temporary },
    viewport: { width, height },
    args: root ? ['--no-sandbox', ...ARGUMENTS] : ARGUMENTS,
  });
  return {
    context,
    /** SIGKILL, as from outside: no page says goodbye. `close` still has to be called. */
    kill: () => process.kill(browserPid(profile), 'SIGKILL'),
    close: async () => {
      await context.close();
      rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    },
  };
}

/** The browser's main process: our own child that runs on this profile. */
function browserPid(profile) {
  const pid = readdirSync('/proc').find((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'latin1');
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      return parent === process.pid && readFileSync(`/proc/${name}/cmdline`, 'latin1').includes(profile);
    } catch {
      return false;
    }
  });
  if (!pid) throw new Error('The browser is not running.');
  return Number(pid);
}

/** Address of a folder, with the payload that loads an extension under development and its tests. */
export function windowAddress(server, folder, payload = []) {
  const address = new URL(`http://127.0.0.1:${server.port}/`);
  address.searchParams.set('folder', folder);
  address.searchParams.set('payload', JSON.stringify([...payload, ['skipWelcome', 'true']]));
  return String(address);
}

/** Opens a folder and waits until the workbench stands. */
export async function openWindow(browser, server, folder) {
  const page = await browser.context.newPage();
  await page.goto(windowAddress(server, folder));
  await page.waitForSelector('.monaco-workbench .part.statusbar', { timeout: 60_000 });
  return page;
}

/** Runs a command by its title through the palette. */
export async function runCommand(page, title) {
  const input = page.locator('.quick-input-widget input');
  // A key that comes while the workbench is still busy is lost.
  for (let attempt = 1; ; attempt++) {
    await page.keyboard.press('F1');
    try {
      await input.waitFor({ state: 'visible', timeout: 5_000 });
      break;
    } catch (error) {
      if (attempt === 6) throw error;
    }
  }
  await input.fill(`>${title}`);
  await page.locator('.quick-input-list .monaco-list-row').filter({ hasText: title }).first().click();
}

/** What the editor has stored of an extension's `workspaceState`; empty before its first write. */
export async function readWorkspaceState(page, extension) {
  return JSON.parse((await readStored(page, 'workspace', extension)) ?? '{}');
}

/** The extensions that are disabled in every window. The editor writes it down a moment after it was said. */
export async function readDisabled(page) {
  const stored = JSON.parse((await readStored(page, 'global', 'extensionsIdentifiers/disabled')) ?? '[]');
  return stored.map(({ id }) => id);
}

/** A text from the editor's storage; undefined where there is none. */
function readStored(page, scope, key) {
  return page.evaluate(
    async ([scope, key]) => {
      const settled = (request) =>
        new Promise((resolve, reject) => {
          request.onsuccess = () => resolve(request.result);
          request.onerror = () => reject(request.error);
        });
      for (const { name } of await indexedDB.databases()) {
        if (!name.startsWith('vscode-web-state-db-') || name.includes('-global') !== (scope === 'global')) continue;
        const database = await settled(indexedDB.open(name));
        try {
          if (!database.objectStoreNames.contains('ItemTable')) continue;
          const text = await settled(database.transaction('ItemTable').objectStore('ItemTable').get(key));
          if (typeof text === 'string') return text;
        } finally {
          database.close();
        }
      }
      return undefined;
    },
    [scope, key],
  );
}

/** Notes each text that elements of this selector have from now on. @returns what says which those were. */
export async function recordTexts(page, selector) {
  await page.evaluate((selector) => {
    const noted = new Set();
    const note = () => {
      for (const { textContent } of document.querySelectorAll(selector)) noted.add(textContent ?? '');
    };
    note();
    new MutationObserver(note).observe(document.body, { subtree: true, childList: true, characterData: true });
    window.notedTexts = noted;
  }, selector);
  return () => page.evaluate(() => [...window.notedTexts]);
}

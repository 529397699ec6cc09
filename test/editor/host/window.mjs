// A window: a page of the system's Chromium on an editor server.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('./editorServer.mjs').EditorServer} EditorServer */
/**
 * @typedef {object} Browser
 * @property {import('playwright-core').BrowserContext} context
 * @property {() => void} kill sends SIGKILL, so that no page closes in order. `close` must still be called
 * @property {() => Promise<void>} close
 */

const ARGUMENTS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * Starts a browser with a fresh profile. `close` ends it and removes the profile.
 * @param {string} executablePath
 * @param {{ width?: number, height?: number }} [size]
 * @returns {Promise<Browser>}
 */
export async function startBrowser(executablePath, { width = 1200, height = 760 } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'br-'));
  const profile = join(folder, 'profile');
  // In the profile, so that what a killed browser leaves there is removed too.
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
    kill: () => process.kill(browserPid(profile), 'SIGKILL'),
    close: async () => {
      await context.close();
      rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    },
  };
}

/**
 * The browser's main process: our child with this profile.
 * @param {string} profile
 */
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

/**
 * Address of a folder, with the payload that loads an extension under development and its tests.
 * @param {EditorServer} server
 * @param {string} folder
 * @param {readonly (readonly [string, string])[]} [payload]
 */
export function windowAddress(server, folder, payload = []) {
  const address = new URL(`http://127.0.0.1:${server.port}/`);
  address.searchParams.set('folder', folder);
  address.searchParams.set('payload', JSON.stringify([...payload, ['skipWelcome', 'true']]));
  return String(address);
}

/**
 * Opens a folder and waits until the workbench is ready.
 * @param {Browser} browser
 * @param {EditorServer} server
 * @param {string} folder
 */
export async function openWindow(browser, server, folder) {
  const page = await browser.context.newPage();
  await page.goto(windowAddress(server, folder));
  await page.waitForSelector('.monaco-workbench .part.statusbar', { timeout: 60_000 });
  return page;
}

/**
 * Runs a command by its title through the palette. Returns once the palette is gone: what the command asks may look alike.
 * @param {Page} page
 * @param {string} title
 */
export async function runCommand(page, title) {
  const input = page.locator('.quick-input-widget input');
  const row = page.locator('.quick-input-list .monaco-list-row').filter({ hasText: title }).first();
  for (let attempt = 1; ; attempt++) {
    try {
      // A busy workbench loses a key, or acts on it so late that the next one closes the palette again; and the box of an
      // earlier question may still be closing.
      await page.keyboard.press('F1');
      if (!(await isPaletteSoon(page, true))) throw new Error('The command palette does not open.');
      await input.fill(`>${title}`, { timeout: 5_000 });
      await row.click({ timeout: 5_000 });
      break;
    } catch (error) {
      if (attempt === 8) throw error;
    }
  }
  if (!(await isPaletteSoon(page, false))) throw new Error(`The command palette stays open after "${title}".`);
}

/**
 * Waits at most 5 s until the box at the top is, or no longer is, the command palette.
 * @param {Page} page
 * @param {boolean} expected
 */
async function isPaletteSoon(page, expected) {
  const input = page.locator('.quick-input-widget input');
  for (const deadline = Date.now() + 5_000; Date.now() < deadline; await page.waitForTimeout(50)) {
    const text = (await input.isVisible()) ? await input.inputValue().catch(() => '') : '';
    if (text.startsWith('>') === expected) return true;
  }
  return false;
}

/**
 * An extension's `workspaceState` as the editor has stored it; empty before the first write.
 * @param {Page} page
 * @param {string} extension
 * @returns {Promise<Record<string, unknown>>}
 */
export async function readWorkspaceState(page, extension) {
  return JSON.parse((await readStored(page, 'workspace', extension)) ?? '{}');
}

/**
 * The extensions that are disabled in every window. The editor stores a change with a short delay.
 * @param {Page} page
 * @returns {Promise<string[]>}
 */
export async function readDisabled(page) {
  /** @type {{ id: string }[]} */
  const stored = JSON.parse((await readStored(page, 'global', 'extensionsIdentifiers/disabled')) ?? '[]');
  return stored.map(({ id }) => id);
}

/**
 * @template T
 * @typedef {{ result: T, error: unknown, onsuccess: () => void, onerror: () => void }} Request
 */
/**
 * The part of a page's storage used here. With all types of a page, the extension's sources would get them too.
 * @typedef {object} Database
 * @property {{ contains: (name: string) => boolean }} objectStoreNames
 * @property {(name: string) => { objectStore: (name: string) => { get: (key: string) => Request<unknown> } }} transaction
 * @property {() => void} close
 */
/** @typedef {{ databases: () => Promise<{ name: string }[]>, open: (name: string) => Request<Database> }} Databases */

/**
 * A text from the editor's storage, or undefined.
 * @param {Page} page
 * @param {'workspace' | 'global'} scope
 * @param {string} key
 */
function readStored(page, scope, key) {
  return page.evaluate(
    async ({ scope, key }) => {
      /** @type {{ indexedDB: Databases }} */
      const { indexedDB } = /** @type {any} */ (globalThis);
      /**
       * @template T
       * @param {Request<T>} request
       * @returns {Promise<T>}
       */
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
    { scope, key },
  );
}

/**
 * The part of a page used to note texts.
 * @typedef {object} PageWithTexts
 * @property {{ body: object, querySelectorAll: (selector: string) => { textContent: string | null }[] }} document
 * @property {new (noted: () => void) => { observe: (below: object, what: object) => void }} MutationObserver
 * @property {Set<string>} notedTexts
 */

/**
 * Notes, from now on, each text of elements that match this selector.
 * @param {Page} page
 * @param {string} selector
 * @returns {Promise<() => Promise<string[]>>} returns the noted texts
 */
export async function recordTexts(page, selector) {
  await page.evaluate((selector) => {
    /** @type {PageWithTexts} */
    const window = /** @type {any} */ (globalThis);
    /** @type {Set<string>} */
    const noted = new Set();
    const note = () => {
      for (const { textContent } of window.document.querySelectorAll(selector)) noted.add(textContent ?? '');
    };
    note();
    const { body } = window.document;
    new window.MutationObserver(note).observe(body, { subtree: true, childList: true, characterData: true });
    window.notedTexts = noted;
  }, selector);
  return () => page.evaluate(() => [.../** @type {PageWithTexts} */ (/** @type {any} */ (globalThis)).notedTexts]);
}

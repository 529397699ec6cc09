// Shared by the pictures of the panel.
import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** @typedef {import('playwright-core').Page} Page */

export const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
export const pictures = join(root, 'media/screenshots');
/** Settings of an editor without distractions. */
export const CALM = {
  'workbench.colorTheme': 'Dark Modern',
  'window.commandCenter': false,
  'workbench.layoutControl.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.tips.enabled': false,
  'workbench.editor.empty.hint': 'hidden',
};
/** Width of activity bar and side bar. */
export const PANEL = 560;
const MAX_BYTES = 150_000;

/**
 * @template T
 * @param {string} what
 * @param {() => T | Promise<T>} condition
 * @returns {Promise<T>}
 */
export async function until(what, condition, seconds = 60) {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > deadline) throw new Error(`Waited ${seconds} s for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/**
 * @param {Page} page
 * @param {string | RegExp} text
 */
export const row = (page, text) => page.locator('.pane-body .monaco-list-row').filter({ hasText: text }).first();

/** @param {Page} page */
export async function openPanel(page) {
  await page.locator('.activitybar a[aria-label^="MCP Processes"]').click();
  await row(page, 'Not Running').waitFor({ timeout: 60_000 });
}

/**
 * Starts a server with the button of its row, and waits until it answers.
 * @param {Page} page
 * @param {string} name
 */
export async function start(page, name) {
  const group = row(page, 'Not Running');
  const stopped = row(page, new RegExp(`${name}.*not running`));
  await until(`${name} is listed`, async () => {
    if (await stopped.isVisible()) return true;
    // A new extension host refills the tree, and a click may come too early.
    if ((await group.getAttribute('aria-expanded')) === 'false') await group.click();
    return false;
  });
  const begun = row(page, new RegExp(`${name}.*(?:starting|active)`));
  await until(`${name} is being started`, async () => {
    if (await begun.isVisible()) return true;
    // A click on a row that is just being redrawn has no effect.
    await stopped.hover({ timeout: 2_000 }).catch(() => {});
    await stopped
      .locator('a[aria-label^="Start"]')
      .click({ timeout: 2_000 })
      .catch(() => {});
    await begun.waitFor({ timeout: 2_000 }).catch(() => {});
    return begun.isVisible();
  });
  await row(page, new RegExp(`${name}.*active`)).waitFor({ timeout: 60_000 });
}

/**
 * Gives the panel its width.
 * @param {Page} page
 */
export async function widen(page) {
  const bar = await page.locator('.part.sidebar').boundingBox();
  if (!bar) throw new Error('There is no side bar.');
  await page.mouse.move(bar.x + bar.width, 300);
  await page.mouse.down();
  await page.mouse.move(PANEL, 300, { steps: 5 });
  await page.mouse.up();
}

/** @param {Page} page */
export async function clear(page) {
  for (const button of await page.locator('.notifications-toasts .codicon-notifications-clear').all()) {
    await button.click().catch(() => {});
  }
  await page.evaluate('document.fonts.ready');
}

/**
 * Takes a picture of a part of the page, and refuses one that is too large for a README.
 * @param {Page} page
 * @param {string} name
 * @param {import('playwright-core').PageScreenshotOptions['clip']} clip
 */
export async function take(page, name, clip) {
  const path = join(pictures, `${name}.png`);
  await page.screenshot({ path, ...(clip && { clip }) });
  const { size } = statSync(path);
  console.log(`media/screenshots/${name}.png, ${Math.round(size / 1024)} KB`);
  if (size > MAX_BYTES) throw new Error(`${path} is larger than ${MAX_BYTES} bytes: crop it.`);
}

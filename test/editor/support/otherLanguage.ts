import assert from 'node:assert/strict';
import { basename } from 'node:path';
import type { Locator } from 'playwright-core';
import { waitFor } from '../../support/waitFor';
import type { Panel } from './panel';

/** What no language translates: names, input, programs and units. */
const ALLOWED = [
  // The folder in which the foreign server runs: this one.
  new RegExp(`\\b${basename(process.cwd())}\\b`, 'g'),
  // Names of the test's servers, folders and programs.
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
  // Ids of sessions, records and containers.
  /\b[0-9a-f]{8}-[0-9a-f-]{27}\b|\b[0-9a-f]{12}\b/g,
  // The editor's own hint below an input box.
  /\(Press 'Enter' to confirm or 'Escape' to cancel\)/g,
  // Units, dates, AM and PM, as Intl writes them.
  /\b(?:KB|MB|GB|AM|PM)\b/g,
  /\b\d{4}-\d{2}-\d{2}T[\d:.]+Z\b/g,
];

/** The English words in a text: neither translated nor allowed. */
export function english(text: string, alsoAllowed: readonly RegExp[] = []): string[] {
  const rest = [...alsoAllowed, ...ALLOWED].reduce(
    (left, allowed) => left.replaceAll(allowed, ' '),
    text.replaceAll('\u00a0', ' '),
  );
  return rest.match(/[A-Za-z]{2,}/g) ?? [];
}

/** Texts that were read in a window that speaks the pseudo-language. */
export class SeenTexts {
  private readonly texts: { readonly where: string; readonly text: string }[] = [];

  constructor(private readonly alsoAllowed: readonly RegExp[] = []) {}

  /** How many of them are translated. */
  get count(): number {
    return this.texts.filter(({ text }) => text.includes('⟦')).length;
  }

  /** Notes what was read in one place, which must not be empty. */
  note(where: string, ...texts: readonly (string | null | undefined)[]): void {
    const read = texts.flatMap((text) => (text ? [text] : []));
    assert.ok(read.length > 0, `${where} is empty`);
    this.texts.push(...read.map((text) => ({ where, text })));
  }

  assertTranslated(): void {
    const stays = this.texts.flatMap(({ where, text }) =>
      english(text, this.alsoAllowed).map((word) => ({ where, word, text })),
    );
    assert.deepEqual(stays, []);
  }
}

/** The text of a row's tooltip. */
export function tooltipOf(row: Locator): Promise<string> {
  const page = row.page();
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

/** Reads our texts in the modal question that is open, and cancels it. The button to cancel is the editor's. */
export async function questionOf(panel: Panel): Promise<string[]> {
  const box = panel.page.locator('.monaco-dialog-box');
  await box.waitFor();
  const texts = await box
    .locator('.dialog-message-text, .dialog-message-detail, .dialog-buttons .monaco-button')
    .allTextContents();
  await panel.answer('Cancel');
  return texts.filter((text) => text !== 'Cancel');
}

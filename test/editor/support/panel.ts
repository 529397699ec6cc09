import type { Locator, Page } from 'playwright-core';
import { waitFor } from '../../support/waitFor';

export interface PanelRow {
  /** 1 for a group, 2 for a server, deeper for its processes. */
  readonly level: number;
  readonly name: string;
  readonly description: string;
}

/** The extension's view in a window, as a person sees and uses it. */
export class Panel {
  constructor(readonly page: Page) {}

  /** Shows the view. */
  async open(): Promise<this> {
    await this.page.locator('.activitybar a[aria-label^="MCP Processes"]').click();
    await this.view.waitFor();
    return this;
  }

  get view(): Locator {
    return this.page.locator('.part.sidebar .pane').first();
  }

  /** The status bar's item about orphans. */
  get status(): Locator {
    return this.page.locator('.statusbar-item[id="mcp-processes.mcp-processes.mcpProcesses.orphans"]');
  }

  get notifications(): Locator {
    return this.page.locator('.notifications-center');
  }

  /** Waits for a notification in the notification centre, which stays open: tests see no toasts. @returns its text. */
  async notified(text: string | RegExp): Promise<string> {
    const message = this.notifications.getByText(text).first();
    await waitFor(`notified: ${text}`, async () => {
      if (!(await this.notifications.isVisible())) {
        await this.page.locator('.statusbar-item[id="status.notifications"]').click({ timeout: 5_000 });
      }
      return message.isVisible();
    });
    return (await message.textContent()) ?? '';
  }

  /** Presses a button of a notification, in their list. */
  async pressNotified(text: string | RegExp, button: string): Promise<void> {
    await waitFor(`pressed: ${button}`, async () => {
      await this.notified(text);
      const item = this.notifications
        .locator('.notification-list-item')
        .filter({ has: this.page.getByText(text) })
        .first();
      await item.locator('.monaco-button').filter({ hasText: button }).click({ timeout: 5_000 });
      return true;
    });
  }

  /** All visible rows, from top to bottom. */
  rows(): Promise<PanelRow[]> {
    return this.view.locator('.monaco-list-row').evaluateAll((rows) =>
      rows
        .sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top)
        .map((row) => ({
          level: Number(row.getAttribute('aria-level')),
          name: row.querySelector('.label-name')?.textContent ?? '',
          description: row.querySelector('.label-description')?.textContent ?? '',
        })),
    );
  }

  /** Waits until an expanded group shows exactly these servers (none: no group). The tree follows with a delay. */
  shows(group: string, expected: readonly string[]): Promise<true> {
    return waitFor(`${group}: ${expected.join(', ') || 'nothing'}`, async () => {
      await this.unfoldOnce(this.view.locator('[aria-level="1"]').filter({ hasText: group }));
      const rows = await this.rows();
      const servers = serversIn(group, rows).join(', ');
      if (servers !== expected.join(', ')) throw new Error(`shown: ${JSON.stringify(rows)}`);
      return true as const;
    });
  }

  /** Notes, from now on, each group that is shown, however briefly. @returns a function that returns them. */
  async recordGroups(): Promise<() => Promise<string[]>> {
    const { recordTexts } = await import('../host/window.mjs');
    return recordTexts(this.page, '.part.sidebar .pane [aria-level="1"] .label-name');
  }

  row(text: string | RegExp): Locator {
    return this.view.locator('.monaco-list-row').filter({ hasText: text }).first();
  }

  /** Expands a row. */
  async unfold(text: string | RegExp): Promise<void> {
    const row = this.row(text);
    await row.waitFor();
    await waitFor(`unfolded: ${text}`, () => this.unfoldOnce(row));
  }

  /** Clicks once; a row just being redrawn ignores it. @returns whether the row is expanded. */
  private async unfoldOnce(row: Locator): Promise<boolean> {
    const folded = row.and(this.page.locator('[aria-expanded="false"]'));
    if (await folded.isVisible()) {
      await folded.locator('.monaco-tl-twistie').click({ timeout: 5_000 });
      await folded.waitFor({ state: 'hidden', timeout: 5_000 });
    }
    return row.isVisible();
  }

  /** Presses a button that a row shows under the mouse. */
  async press(text: string | RegExp, button: string): Promise<void> {
    const row = this.row(text);
    await row.hover();
    await row.locator(`a[aria-label^="${button}"]`).click();
  }

  /** Chooses from the menu of a row. Tries again if the row moves, or if a hover covers it. */
  async choose(text: string | RegExp, action: string): Promise<void> {
    const row = this.row(text);
    await row.waitFor();
    const item = this.page.locator('.context-view .action-label').filter({ hasText: action });
    await waitFor(`chosen: ${action}`, async () => {
      // Where nothing has a hover.
      await this.page.mouse.move(620, 660);
      await this.page.locator('.monaco-hover').first().waitFor({ state: 'hidden', timeout: 5_000 });
      const before = await row.boundingBox();
      await row.click({ button: 'right', timeout: 5_000 });
      await item.waitFor({ timeout: 5_000 });
      const isMeant = (await row.boundingBox())?.y === before?.y;
      // The editor takes a click right after the menu has opened for a part of the click that opened it.
      if (isMeant) await item.click({ timeout: 2_000 }).catch(() => {});
      const isClosed = () =>
        item.waitFor({ state: 'hidden', timeout: 1_000 }).then(
          () => true,
          () => false,
        );
      if (isMeant && (await isClosed())) return true;
      await this.page.keyboard.press('Escape');
      return false;
    });
  }

  /** Runs one of the extension's commands through the palette. */
  run(title: string): Promise<void> {
    return this.runEditors(`MCP Processes: ${title}`);
  }

  /** Runs a command of the editor's own. */
  async runEditors(title: string): Promise<void> {
    const { runCommand } = await import('../host/window.mjs');
    await runCommand(this.page, title);
  }

  /** Chooses from the quick pick that is open. */
  async pick(text: string): Promise<void> {
    await this.choice(text).click();
  }

  /** An entry of the quick pick that is open. */
  choice(text: string): Locator {
    return this.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: text }).first();
  }

  /** Answers the modal question that is open. @returns its text. */
  async answer(button: string): Promise<string> {
    const box = this.page.locator('.monaco-dialog-box');
    await box.waitFor();
    const text = (await box.textContent()) ?? '';
    await box.locator('.monaco-button').filter({ hasText: button }).first().click();
    await box.waitFor({ state: 'detached' });
    return text;
  }

  /** The extension's `workspaceState`, as the editor has stored it. */
  async workspaceState(): Promise<Record<string, unknown>> {
    const { readWorkspaceState } = await import('../host/window.mjs');
    return readWorkspaceState(this.page, 'mcp-processes.mcp-processes');
  }
}

function serversIn(group: string, rows: readonly PanelRow[]): string[] {
  const from = rows.findIndex(({ level, name }) => level === 1 && name === group);
  const rest = from < 0 ? [] : rows.slice(from + 1);
  const to = rest.findIndex(({ level }) => level === 1);
  return rest.slice(0, to < 0 ? undefined : to).flatMap(({ level, name }) => (level === 2 ? [name] : []));
}

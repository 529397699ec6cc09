import type { Locator, Page } from 'playwright-core';
import { waitFor } from '../../support/waitFor';

/** Answers the questions of Add Server… as a person would. */
export class AddServer {
  constructor(readonly page: Page) {}

  /** Waits for the question with this number; the first, which shows none, is 1. */
  async at(step: number): Promise<this> {
    const title = step === 1 ? /^Add MCP Server$/ : new RegExp(`^Add MCP Server \\(${step}/\\d+\\)$`);
    await this.page.locator('.quick-input-title').filter({ hasText: title }).waitFor();
    return this;
  }

  /** Replaces what is offered by an answer, and accepts it. */
  async type(text: string): Promise<void> {
    await this.box.fill(text);
    await this.accept();
  }

  async accept(): Promise<void> {
    await this.box.press('Enter');
  }

  /** The text that is offered, or was typed before. */
  offered(): Promise<string> {
    return this.box.inputValue();
  }

  /** Chooses with the keyboard: the list may still move under the mouse. */
  async pick(text: string): Promise<void> {
    await this.box.fill(text);
    await this.row(text).and(this.page.locator('.focused')).waitFor();
    await this.accept();
  }

  async tick(text: string): Promise<void> {
    await this.row(text).locator('.monaco-checkbox').first().click();
  }

  async back(): Promise<void> {
    await this.page.locator('.quick-input-titlebar a[aria-label^="Back"]').click();
  }

  async escape(): Promise<void> {
    // A key that comes before the box has the focus is lost.
    await waitFor('left', async () => {
      await this.page.keyboard.press('Escape');
      await this.box.waitFor({ state: 'hidden', timeout: 2_000 });
      return true;
    });
  }

  /** Waits for the message that says what is wrong with the typed text. */
  refuses(text: string): Promise<true> {
    return waitFor(`refused: ${text}`, async () => {
      const said = await this.page.locator('.quick-input-message').textContent();
      if (said?.includes(text)) return true as const;
      throw new Error(`it says: ${said}`);
    });
  }

  row(text: string): Locator {
    return this.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: text }).first();
  }

  private get box(): Locator {
    return this.page
      .locator('.quick-input-widget input[type="text"]:visible, .quick-input-widget input:not([type]):visible')
      .first();
  }
}

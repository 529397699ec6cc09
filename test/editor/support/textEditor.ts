import type { Page } from 'playwright-core';
import { waitFor } from '../../support/waitFor';

export interface Cursor {
  /** Path of the focused file. */
  readonly path: string;
  /** The end of the selection, both from 1. */
  readonly line: number;
  readonly column: number;
  /** The number of selected characters. */
  readonly selected: number;
}

/** The focused text editor, as its tab and the status bar show it. */
export class TextEditor {
  constructor(readonly page: Page) {}

  async cursor(): Promise<Cursor> {
    const uri = await this.page
      .locator('.editor-group-container.active .monaco-editor[data-uri]')
      .first()
      .getAttribute('data-uri', { timeout: 5_000 });
    const status = this.page.locator('.statusbar-item[id="status.editor.selection"]');
    const text = (await status.textContent({ timeout: 5_000 })) ?? '';
    const [, line, column, selected] = /Ln (\d+), Col (\d+)(?: \((\d+) selected\))?/.exec(text) ?? [];
    return {
      path: decodeURIComponent(new URL(uri ?? '').pathname),
      line: Number(line),
      column: Number(column),
      selected: Number(selected ?? 0),
    };
  }

  /** Waits until the file that ends with `path` is focused and `text` is selected in this line. */
  selects(path: string, line: number, text: string): Promise<true> {
    return waitFor(`${path}:${line} selects ${text}`, async () => {
      const cursor = await this.cursor();
      if (cursor.path.endsWith(path) && cursor.line === line && cursor.selected === text.length) return true as const;
      throw new Error(`found: ${JSON.stringify(cursor)}`);
    });
  }
}

/** The line, from 1, of the first occurrence of a text. */
export function lineOf(text: string, part: string): number {
  return text.slice(0, text.indexOf(part)).split('\n').length;
}

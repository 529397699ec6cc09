import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { parseSession, type SessionFile } from '../../../src/registry/schema';
import { Sandbox } from '../../support/sandbox';
import type { EditorServer } from '../host/editorServer.mjs';
import type { Browser } from '../host/window.mjs';

/** Our extension. */
export const ROOT = join(__dirname, '../../..');

export interface OpenEditor {
  readonly server: EditorServer;
  readonly browser: Browser;
  readonly page: Page;
}

/** A sandbox with real editors, the extension installed as users have it. */
export class EditorSandbox extends Sandbox {
  private readonly stops: (() => Promise<unknown>)[] = [];

  /** A new folder of the sandbox, to open as a workspace. */
  workspace(name: string): string {
    const path = join(this.path, name);
    mkdirSync(join(path, '.vscode'), { recursive: true });
    return path;
  }

  /** Starts an editor and opens a folder in a window. */
  async openEditor(
    workspace: string,
    {
      settings = {},
      environment = {},
      grace = 5,
      trust = true,
      installed = [ROOT],
      pseudo = false,
    }: {
      settings?: Record<string, unknown>;
      environment?: Record<string, string>;
      /** Seconds for which an extension host outlives its window. */
      grace?: number;
      trust?: boolean;
      /** Folders of extensions; by default only ours. */
      installed?: readonly string[];
      /** Whether it speaks the pseudo-language. */
      pseudo?: boolean;
    } = {},
  ): Promise<OpenEditor> {
    const { startEditorServer } = await import('../host/editorServer.mjs');
    const { startBrowser, openWindow } = await import('../host/window.mjs');
    const server = await startEditorServer({
      installed,
      reconnectionGrace: grace,
      // Sweeps often: the tests prove that sweeps come, not that they come once a minute.
      environment: { ...this.environment, MCP_PROCESS_CLEANUP_INTERVAL: '5', ...environment },
      settings,
      trust,
      pseudo,
    });
    this.stops.push(() => server.stop());
    const browser = await startBrowser(server.chromium);
    this.stops.push(() => browser.close());
    return { server, browser, page: await openWindow(browser, server, workspace) };
  }

  /** The current session files, without any that is just being renamed or removed. */
  sessions(): SessionFile[] {
    return readdirSync(this.folder.sessions).flatMap((file) => {
      try {
        const parsed = parseSession(readFileSync(join(this.folder.sessions, file), 'utf8'));
        return parsed.kind === 'session' ? [parsed.session] : [];
      } catch {
        return [];
      }
    });
  }

  override async dispose(): Promise<void> {
    const failures: unknown[] = [];
    for (const stop of this.stops.splice(0).reverse()) await stop().catch((error) => failures.push(error));
    await super.dispose();
    if (failures.length > 0) throw failures[0];
  }
}

import type { BrowserContext, Page } from 'playwright-core';
import type { EditorServer } from './editorServer.mjs';

export interface Browser {
  readonly context: BrowserContext;
  kill(): void;
  close(): Promise<void>;
}
export function startBrowser(executablePath: string, size?: { width?: number; height?: number }): Promise<Browser>;
export function windowAddress(server: EditorServer, folder: string, payload?: readonly [string, string][]): string;
export function openWindow(browser: Browser, server: EditorServer, folder: string): Promise<Page>;
export function runCommand(page: Page, title: string): Promise<void>;
export function readWorkspaceState(page: Page, extension: string): Promise<Record<string, unknown>>;
export function readDisabled(page: Page): Promise<string[]>;
export function recordTexts(page: Page, selector: string): Promise<() => Promise<string[]>>;

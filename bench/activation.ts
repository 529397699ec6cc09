import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EditorSandbox } from '../test/editor/support/editorSandbox';
import { waitFor } from '../test/support/waitFor';
import { median, type Table, time } from './measure';

const ROUNDS = 7;

/** How long a window waits for the extension: from calling `activate` until its promise resolves, in a real editor. */
export async function benchActivation(): Promise<Table> {
  const world = new EditorSandbox();
  try {
    const { openWindow } = await import('../test/editor/host/window.mjs');
    const { server, browser, page } = await world.openEditor(world.workspace('window-0'));
    await page.close();
    for (let round = 1; round <= ROUNDS; round++) {
      const window = await openWindow(browser, server, world.workspace(`window-${round}`));
      await waitFor('the window logs its activation', () => activations(server.folder).length >= round, 60_000);
      await window.close();
    }
    const times = activations(server.folder);
    return {
      title: 'Activation in a real editor',
      note: `Of ${times.length} windows. The first scan begins later.`,
      head: ['median', 'longest'],
      rows: [[time(median(times)), time(Math.max(...times))]],
    };
  } finally {
    await world.dispose();
  }
}

/** ms, as the extension's log says. */
function activations(folder: string): number[] {
  return logFiles(folder).flatMap((path) =>
    [...readFileSync(path, 'utf8').matchAll(/Activated in (\d+) ms/g)].map(([, ms]) => Number(ms)),
  );
}

function logFiles(folder: string): string[] {
  const root = join(folder, 'user/logs');
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('MCP Processes.log'))
    .map((path) => join(root, path));
}

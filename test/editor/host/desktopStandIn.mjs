#!/usr/bin/env node
// Stands in for the desktop editor: takes the flags that @vscode/test-electron passes, runs the tests in a real
// extension host behind a real workbench in Chromium, prints their log, and exits with their result.
import { format } from 'node:util';
import { startEditorServer } from './editorServer.mjs';
import { startBrowser, windowAddress } from './window.mjs';

const TIMEOUT_MS = 4 * 60_000;
/** Marks the lines of the test suite, see test/editor/suite/index.ts. The others are the editor's. */
const OURS = '\u2063';
/** @param {string} name */
const flag = (name) => process.argv.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3);
const extension = flag('extensionDevelopmentPath');
const tests = flag('extensionTestsPath');
const folder = process.argv.slice(2).find((arg) => !arg.startsWith('-'));
if (!extension || !tests || !folder) {
  console.error('usage: desktopStandIn --extensionDevelopmentPath=… --extensionTestsPath=… folder');
  process.exit(2);
}

const trust = process.argv.includes('--disable-workspace-trust');
const settings = JSON.parse(process.env.MCP_PROCESSES_TEST_SETTINGS ?? '{}');
const server = await startEditorServer({ trust, settings });
/**
 * Printed only when something goes wrong.
 * @type {string[]}
 */
const editorLog = [];
let browser;
let code = 1;
try {
  browser = await startBrowser(server.chromium);
  const page = await browser.context.newPage();
  /** @type {Promise<number>} */
  const finished = new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`The tests did not end within ${TIMEOUT_MS / 1000} s.`)),
      TIMEOUT_MS,
    );
    /** @param {number} result */
    const exit = (result) => {
      clearTimeout(timer);
      resolve(result);
    };
    page.exposeFunction('codeAutomationExit', exit).catch(reject);
    page
      .exposeFunction('codeAutomationLog', (/** @type {string} */ _type, /** @type {unknown[]} */ args) => {
        const line = format(...[args].flat());
        if (line.startsWith(OURS)) console.log(line.slice(OURS.length));
        else editorLog.push(line);
      })
      .catch(reject);
  });
  finished.catch(() => {});
  /** @param {string} path */
  const uri = (path) => `vscode-remote://127.0.0.1:${server.port}${path}`;
  await page.goto(
    windowAddress(server, folder, [
      ['extensionDevelopmentPath', uri(extension)],
      ['extensionTestsPath', uri(tests)],
    ]),
  );
  code = await finished;
} catch (error) {
  console.error(error);
} finally {
  if (code !== 0) console.error(`\nThe editor's log:\n${editorLog.slice(-100).join('\n')}`);
  await browser?.close();
  await server.stop();
}
process.exit(code);

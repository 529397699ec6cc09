import { format } from 'node:util';
import Mocha from 'mocha';

/**
 * Marks every line of the tests, because the editor's log uses the same console. The character is invisible in a
 * terminal: with the desktop editor nothing removes it.
 */
const OURS = '\u2063';

/** The tests, in order. The bundler needs literal names; scripts/stages.mjs reads them from here. */
const TESTS: Record<string, () => void> = {
  launching: () => require('./launching.test'),
  editorsOwn: () => require('./editorsOwn.test'),
  configuration: () => require('./configuration.test'),
};

/** Called by the editor in its extension host. */
export function run(): Promise<void> {
  Mocha.reporters.Base.consoleLog = (...args: unknown[]) => console.log(OURS + format(...args));
  const mocha = new Mocha({ ui: 'bdd', timeout: 120_000, color: true, reporter: require('../../reporter.cjs') });
  for (const [name, load] of Object.entries(TESTS)) {
    mocha.suite.emit('pre-require', globalThis, `test/editor/suite/${name}.test.ts`, mocha);
    load();
  }
  return new Promise((resolve, reject) => {
    mocha.run((failures) => {
      if (failures > 0) reject(new Error(`${failures} tests failed.`));
      else resolve();
    });
  });
}

import { format } from 'node:util';
import Mocha from 'mocha';

/**
 * Begins every line that is to be shown of a run: the editor's own log comes through the same console. No character
 * that a terminal shows, for the desktop editor, where nobody takes it away.
 */
const OURS = '\u2063';

/** What the editor calls in its extension host. */
export function run(): Promise<void> {
  Mocha.reporters.Base.consoleLog = (...args: unknown[]) => console.log(OURS + format(...args));
  const mocha = new Mocha({ ui: 'bdd', timeout: 120_000, color: true, reporter: require('../../reporter.cjs') });
  mocha.suite.emit('pre-require', globalThis, '', mocha);
  require('./launching.test');
  require('./editorsOwn.test');
  require('./configuration.test');
  return new Promise((resolve, reject) => {
    mocha.run((failures) => {
      if (failures > 0) reject(new Error(`${failures} tests failed.`));
      else resolve();
    });
  });
}

import { format } from 'node:util';
import Mocha from 'mocha';

/**
 * Begins every line that is to be shown of a run: the editor's own log comes through the same console. No character
 * that a terminal shows, for the desktop editor, where nobody takes it away.
 */
const OURS = '\u2063';

/** In turn. The bundler asks for each by its name; scripts/stages.mjs reads here which are there. */
const TESTS: Record<string, () => void> = {
  launching: () => require('./launching.test'),
  editorsOwn: () => require('./editorsOwn.test'),
  configuration: () => require('./configuration.test'),
};

/** What the editor calls in its extension host. */
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

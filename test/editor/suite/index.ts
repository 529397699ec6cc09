import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';

/** What the editor calls in its extension host. */
export function run(): Promise<void> {
  const mocha = new Mocha({ ui: 'bdd', timeout: 60_000, color: true, reporter: 'spec' });
  mocha.suite.emit('pre-require', globalThis, '', mocha);
  require('./extension.test');
  return new Promise((resolve, reject) => {
    const runner = mocha.run((failures) => {
      const file = process.env.MCP_PROCESSES_TEST_REPORT;
      const { passes = 0 } = runner.stats ?? {};
      if (file) writeFileSync(file, JSON.stringify({ passes, failures }));
      if (failures > 0) reject(new Error(`${failures} tests failed.`));
      else resolve();
    });
  });
}

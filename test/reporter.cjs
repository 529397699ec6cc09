// The spec reporter, which also writes its counts, what failed, what needed a second attempt, the files with tests that
// ran, and how long each test took, to the file named in MCP_PROCESSES_TEST_REPORT.
const { writeFileSync } = require('node:fs');
const { isAbsolute, relative, sep } = require('node:path');
const { reporters, Runner } = require('mocha');

const { EVENT_TEST_PASS, EVENT_TEST_FAIL, EVENT_TEST_RETRY, EVENT_RUN_END } = Runner.constants;

module.exports = class CountingReporter extends reporters.Spec {
  /**
   * @param {Mocha.Runner} runner
   * @param {Mocha.MochaOptions} options
   */
  constructor(runner, options) {
    super(runner, options);
    /** @type {string[]} */
    const failed = [];
    /** @type {string[]} */
    const retried = [];
    /** @type {Set<string>} */
    const files = new Set();
    /** @type {{ file: string, title: string, ms: number }[]} */
    const times = [];
    /** @param {Mocha.Test} test */
    const ran = (test) => {
      if (!test.file) return;
      // A bundle gives paths relative to the root of the repository.
      const file = (isAbsolute(test.file) ? relative(process.cwd(), test.file) : test.file).split(sep).join('/');
      files.add(file);
      times.push({ file, title: test.fullTitle(), ms: test.duration ?? 0 });
    };
    /** @type {(notes: string[]) => (test: Mocha.Test, error: Error | undefined) => void} */
    const note = (notes) => (test, error) => notes.push(`${test.fullTitle()}: ${error?.message}`);
    runner.on(EVENT_TEST_PASS, ran);
    runner.on(EVENT_TEST_FAIL, ran);
    runner.on(EVENT_TEST_FAIL, note(failed));
    runner.on(EVENT_TEST_RETRY, note(retried));
    runner.once(EVENT_RUN_END, () => {
      const { passes, failures, pending } = runner.stats ?? { passes: 0, failures: 0, pending: 0 };
      const file = process.env.MCP_PROCESSES_TEST_REPORT;
      if (!file) return;
      writeFileSync(file, JSON.stringify({ passes, failures, pending, failed, retried, files: [...files], times }));
    });
  }
};

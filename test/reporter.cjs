// The spec reporter, which also writes its counts, what failed, and what needed a second attempt, to the file named in
// MCP_PROCESSES_TEST_REPORT.
const { writeFileSync } = require('node:fs');
const { reporters, Runner } = require('mocha');

module.exports = class CountingReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const failed = [];
    const retried = [];
    const note = (notes) => (test, error) => notes.push(`${test.fullTitle()}: ${error?.message}`);
    runner.on(Runner.constants.EVENT_TEST_FAIL, note(failed));
    runner.on(Runner.constants.EVENT_TEST_RETRY, note(retried));
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      const { passes, failures } = this.stats;
      const file = process.env.MCP_PROCESSES_TEST_REPORT;
      if (file) writeFileSync(file, JSON.stringify({ passes, failures, failed, retried }));
    });
  }
};

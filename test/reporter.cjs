// The spec reporter, which also writes its counts, and what failed, to the file named in MCP_PROCESSES_TEST_REPORT.
const { writeFileSync } = require('node:fs');
const { reporters, Runner } = require('mocha');

module.exports = class CountingReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const failed = [];
    runner.on(Runner.constants.EVENT_TEST_FAIL, (test, { message }) => {
      failed.push(`${test.fullTitle()}: ${message}`);
    });
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      const { passes, failures } = this.stats;
      const file = process.env.MCP_PROCESSES_TEST_REPORT;
      if (file) writeFileSync(file, JSON.stringify({ passes, failures, failed }));
    });
  }
};

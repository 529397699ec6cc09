// The spec reporter, which also writes its counts to the file named in MCP_PROCESSES_TEST_REPORT.
const { writeFileSync } = require('node:fs');
const { reporters, Runner } = require('mocha');

module.exports = class CountingReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      const file = process.env.MCP_PROCESSES_TEST_REPORT;
      if (file) writeFileSync(file, JSON.stringify({ passes: this.stats.passes, failures: this.stats.failures }));
    });
  }
};

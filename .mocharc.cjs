module.exports = {
  'node-option': ['import=tsx'],
  require: ['./test/support/rootHooks.ts'],
  forbidOnly: Boolean(process.env.CI),
  // More than any wait for a condition may take.
  timeout: 120_000,
};

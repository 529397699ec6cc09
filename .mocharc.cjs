module.exports = {
  'node-option': ['import=tsx'],
  forbidOnly: Boolean(process.env.CI),
  timeout: 20_000,
};

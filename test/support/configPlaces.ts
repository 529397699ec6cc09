const PLACES = [
  'XDG_CONFIG_HOME',
  'XDG_DATA_HOME',
  'CLAUDE_CONFIG_DIR',
  'CODEX_HOME',
  'COPILOT_HOME',
  'GEMINI_CLI_HOME',
];
const MORE_PLACES = ['OPENCODE_CONFIG', 'VSCODE_PORTABLE', 'MCP_CATALOG_PATH'];

/**
 * Removes variables from this process's environment that lead to the developer's own configuration, so that only a
 * test's home is read. @returns a function that restores them.
 */
export function forgetConfigPlaces(): () => void {
  const before = [...PLACES, ...MORE_PLACES].map((name) => [name, process.env[name]] as const);
  for (const [name] of before) delete process.env[name];
  return () => {
    for (const [name, value] of before) if (value !== undefined) process.env[name] = value;
  };
}

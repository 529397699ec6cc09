import { findNodeAtLocation, type Node, parseTree } from 'jsonc-parser';
import { tableHeaderOf } from './codexToml';

/** A part of a text, in characters. */
export interface Span {
  readonly offset: number;
  readonly length: number;
}

/** The objects with one entry per server, in all clients' files. */
const BLOCKS: readonly (readonly string[])[] = [
  ['servers'],
  ['settings', 'mcp', 'servers'],
  ['mcpServers'],
  ['mcp'],
  ['context_servers'],
];
/** The same for our own setting, in a settings.json or a .code-workspace. */
const OUR_BLOCKS: readonly (readonly string[])[] = [['mcpProcesses.servers'], ['settings', 'mcpProcesses.servers']];

/**
 * The place of a server in any client's configuration file: the key in a JSON, the header of the table in Codex's TOML.
 * Undefined where the file does not name it. Never throws.
 * @param folder that the server belongs to: Claude Code keeps those of all folders in one file
 */
export function locateServer(text: string, file: string, name: string, folder: string | undefined): Span | undefined {
  if (file.endsWith('.toml')) return tableHeaderOf(text, name);
  const root = treeOf(text);
  if (!root) return undefined;
  const ofProject = (project: string) => ['projects', project, 'mcpServers'];
  // A client may have started in a folder below the one that it knows.
  const projects = namesAt(root, ['projects']).map(ofProject);
  return locate(root, [...(folder === undefined ? [] : [ofProject(folder)]), ...BLOCKS, ...projects], name);
}

/** The place of a server of `mcpProcesses.servers` in a settings.json or a .code-workspace; never throws. */
export function locateInSettings(text: string, name: string): Span | undefined {
  const root = treeOf(text);
  return root && locate(root, OUR_BLOCKS, name);
}

function locate(root: Node, blocks: readonly (readonly string[])[], name: string): Span | undefined {
  for (const block of blocks) {
    const key = findNodeAtLocation(root, [...block, name])?.parent?.children?.[0];
    if (key) return { offset: key.offset, length: key.length };
  }
  return undefined;
}

function namesAt(root: Node, path: string[]): string[] {
  const block = findNodeAtLocation(root, path);
  return (block?.type === 'object' ? (block.children ?? []) : []).flatMap(({ children }) =>
    children?.[0] ? [String(children[0].value)] : [],
  );
}

function treeOf(text: string): Node | undefined {
  try {
    return parseTree(text, [], { allowTrailingComma: true });
  } catch {
    // Nested too deeply.
    return undefined;
  }
}

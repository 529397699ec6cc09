import { homedir } from 'node:os';
import * as vscode from 'vscode';
import { locateInSettings } from '../clients/locateServer';
import type { MachineConfigs } from '../clients/machineConfigs';
import { importedServer } from '../clients/newServer/imported';
import type { Plan } from '../clients/newServer/plan';
import { addToSettings, changeBetween, type SettingsProblem } from '../clients/newServer/settingsText';
import type { ImportableServer, NewServers, ServerPlace, SettingsScope } from '../views/actions';
import { type ConfiguredServers, openWorkspace, placeOfSetting, settingKeyOf } from './configuredServers';
import type { Inputs } from './inputs';
import { isRemote, openSettingsFile, select, workspaceSettingsFile } from './settingsFiles';

/** ms. The editor reads a settings.json that was saved within moments. */
const TAKEN_OVER_MS = 15_000;
const SAVE_ATTEMPTS = 4;
const SAVE_INTERVAL_MS = 200;

/** Writes new servers into the settings. */
export function createNewServers(configured: ConfiguredServers, machine: MachineConfigs, inputs: Inputs): NewServers {
  return {
    places,
    taken: () => ({ names: namesTaken(), inputs: inputsTaken() }),
    importable: () => importable(machine),
    async add(plan, scope) {
      const editor = await openToWrite(scope);
      const names = Object.keys(plan.servers);
      const { document } = editor;
      const added = addToSettings(document.getText(), plan, document.uri.path.endsWith('.code-workspace'));
      if ('kind' in added) throw new Error(refusal(added, editor));
      // Before the servers are listed: one with automatic start would ask.
      for (const name of names) await keepAnswers(plan, name, scope, inputs);
      await replaceText(editor, added.text);
      const span = locateInSettings(document.getText(), names[0] ?? '');
      if (span) select(editor, span);
      const keys = names.map(settingKeyOf);
      if (!(await configured.lists(keys, TAKEN_OVER_MS))) {
        throw new Error(
          vscode.l10n.t('The editor has not applied the change to {0} yet. Reload the window.', document.fileName),
        );
      }
      return keys;
    },
  };
}

function places(): ServerPlace[] {
  const user: ServerPlace = { scope: 'user', isRemote: isRemote(), file: undefined };
  const file = workspaceSettingsFile();
  // The settings of an untrusted workspace are not read.
  if (!file || !vscode.workspace.isTrusted) return [user];
  return [user, { scope: 'workspace', isRemote: false, file: vscode.workspace.asRelativePath(file, false) }];
}

function namesTaken(): Set<string> {
  return new Set(Object.keys(vscode.workspace.getConfiguration('mcpProcesses').get<object>('servers') ?? {}));
}

function inputsTaken(): Set<string> {
  const { globalValue, workspaceValue } =
    vscode.workspace.getConfiguration('mcpProcesses').inspect<unknown>('inputs') ?? {};
  const all = [globalValue, workspaceValue].flatMap((value) => (Array.isArray(value) ? value : []));
  return new Set(all.flatMap((input: { id?: unknown } | null) => (typeof input?.id === 'string' ? [input.id] : [])));
}

function importable(machine: MachineConfigs): ImportableServer[] {
  const folder = openWorkspace().folders[0];
  return machine.definitions().flatMap(({ file, read }) => {
    // This window's own: the editor starts them.
    if (file.folder !== undefined && (file.format === 'mcp.json' || file.format === 'code-workspace')) return [];
    return read.servers.flatMap((server) =>
      server.type === 'stdio'
        ? [
            {
              name: server.name,
              client: file.client,
              file: inHome(file.path),
              folder: server.source.folder,
              ...importedServer(server, read.inputs, folder, process.platform),
            },
          ]
        : [],
    );
  });
}

function inHome(path: string): string {
  const home = homedir();
  return path.startsWith(home) ? `~${path.slice(home.length)}` : path;
}

async function openToWrite(scope: SettingsScope): Promise<vscode.TextEditor> {
  if (scope === 'workspace') await createIfMissing(workspaceSettingsFile());
  const editor = await openSettingsFile(scope);
  if (editor.document.isDirty) {
    const { fileName } = editor.document;
    throw new Error(vscode.l10n.t('{0} has unsaved changes. Save it, then add the server again.', fileName));
  }
  return editor;
}

async function createIfMissing(file: vscode.Uri | undefined): Promise<void> {
  if (!file) return;
  try {
    await vscode.workspace.fs.stat(file);
  } catch {
    await vscode.workspace.fs.writeFile(file, Buffer.from('{}\n'));
  }
}

/** Keeps the answers to the inputs that the server's entry names, and no others. */
async function keepAnswers(plan: Plan, name: string, scope: SettingsScope, inputs: Inputs): Promise<void> {
  const entry = JSON.stringify(plan.servers[name]);
  for (const [id, value] of plan.answers) {
    if (entry.includes(`\${input:${id}}`)) {
      await inputs.keep(id, value, placeOfSetting(name, scope === 'workspace'));
    }
  }
}

async function replaceText({ document }: vscode.TextEditor, text: string): Promise<void> {
  const { from, to, text: inserted } = changeBetween(document.getText(), text);
  const edit = new vscode.WorkspaceEdit();
  edit.replace(document.uri, new vscode.Range(document.positionAt(from), document.positionAt(to)), inserted);
  if ((await vscode.workspace.applyEdit(edit)) && (await save(document))) return;
  throw new Error(vscode.l10n.t('{0} could not be saved. Make it writable, then save it.', document.fileName));
}

/** The editor abandons a save when another one interferes, such as its auto save; a second attempt succeeds. */
async function save(document: vscode.TextDocument): Promise<boolean> {
  for (let attempt = 1; attempt <= SAVE_ATTEMPTS; attempt++) {
    if ((await document.save()) || !document.isDirty) return true;
    await new Promise((resolve) => setTimeout(resolve, SAVE_INTERVAL_MS));
  }
  return false;
}

/** Why a file is not changed; the place is selected. */
function refusal(problem: SettingsProblem, editor: vscode.TextEditor): string {
  const { document } = editor;
  if (problem.kind === 'taken') {
    return vscode.l10n.t('{0} already has a server named "{1}". Choose another name.', document.fileName, problem.name);
  }
  const { line, column } = problem;
  select(editor, { offset: document.offsetAt(new vscode.Position(line - 1, column - 1)), length: 0 });
  return problem.kind === 'invalid'
    ? vscode.l10n.t(
        '{0} is not valid JSON (line {1}), so nothing was changed. Correct it, then add the server again.',
        document.fileName,
        line,
      )
    : vscode.l10n.t(
        '"{0}" in line {1} of {2} has the wrong type, so nothing was changed. Correct it, then add the server again.',
        problem.setting,
        line,
        document.fileName,
      );
}

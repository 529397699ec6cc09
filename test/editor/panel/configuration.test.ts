import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SERVER } from '../../support/sandbox';
import { withSandbox } from '../../support/withSandbox';
import { EditorSandbox, ROOT } from '../support/editorSandbox';
import { Panel } from '../support/panel';
import { REMOTE_CONTROL, RemoteControl } from '../support/remoteControl';
import { lineOf, TextEditor } from '../support/textEditor';

describe('Show Configuration', function () {
  this.timeout(240_000);
  const world = withSandbox(() => new EditorSandbox());
  const ends: (() => unknown)[] = [];
  afterEach(() => {
    for (const end of ends.splice(0)) end();
  });

  it('opens the file that defines the server, in a remote window too, with its name selected', async () => {
    const workspace = world.workspace('project');
    const entry = { command: process.execPath, args: [SERVER] };
    const ofWorkspace = `{\n  // Of this project.\n  "mcpProcesses.servers": {\n    "shared": ${JSON.stringify(entry)}\n  }\n}\n`;
    writeFileSync(join(workspace, '.vscode/settings.json'), ofWorkspace);
    const ofEditor = `{\n  "inputs": [],\n  "servers": {\n    "editors": ${JSON.stringify(entry)}\n  }\n}\n`;
    writeFileSync(join(workspace, '.vscode/mcp.json'), ofEditor);
    // Two clients of the same home.
    const home = join(world.path, 'user');
    mkdirSync(join(home, '.codex'), { recursive: true });
    const codexWords = [SERVER, '--mark=codex'];
    const ofCodex = `model = "x"\n\n[mcp_servers.other]\ncommand = "true"\n\n[mcp_servers.codexes]\ncommand = ${JSON.stringify(process.execPath)}\nargs = ${JSON.stringify(codexWords)}\n`;
    writeFileSync(join(home, '.codex/config.toml'), ofCodex);
    const claudeWords = [SERVER, '--mark=claude'];
    const ofClaude = JSON.stringify(
      {
        projects: { [workspace]: { mcpServers: { claudes: { command: process.execPath, args: claudeWords } } } },
      },
      undefined,
      2,
    );
    writeFileSync(join(home, '.claude.json'), ofClaude);
    const control = new RemoteControl(join(world.path, 'control'));
    const { page, server } = await world.openEditor(workspace, {
      installed: [ROOT, REMOTE_CONTROL],
      settings: { 'mcpProcesses.servers': { first: entry, second: entry } },
      environment: { ...control.environment, HOME: home },
    });
    const panel = await new Panel(page).open();
    const editor = new TextEditor(page);
    const show = (row: string) => panel.choose(row, 'Show Configuration');
    await panel.shows('Not Running', ['editors', 'first', 'second', 'shared']);

    const ofMachine = readFileSync(join(server.folder, 'user/Machine/settings.json'), 'utf8');
    await show('second');
    await editor.selects('/Machine/settings.json', lineOf(ofMachine, '"second"'), '"second"');
    await show('shared');
    await editor.selects('/project/.vscode/settings.json', lineOf(ofWorkspace, '"shared"'), '"shared"');
    await show('editors');
    await editor.selects('/project/.vscode/mcp.json', lineOf(ofEditor, '"editors"'), '"editors"');

    // Other clients' servers have rows while they are running: one started by an extension, one by a client outside.
    await control.ask(workspace, { start: [process.execPath, ...codexWords] });
    const outside = spawn(process.execPath, claudeWords, { cwd: workspace, env: world.environment, stdio: 'pipe' });
    ends.push(() => outside.kill('SIGKILL'));
    await panel.row('codexes').waitFor({ timeout: 60_000 });
    await show('codexes');
    await editor.selects('/.codex/config.toml', lineOf(ofCodex, '[mcp_servers.codexes]'), '[mcp_servers.codexes]');
    await panel.row('claudes').waitFor({ timeout: 60_000 });
    await show('claudes');
    await editor.selects('/.claude.json', lineOf(ofClaude, '"claudes"'), '"claudes"');

    // A server that another extension launched is in no file.
    await control.ask(workspace, { api: 'launch', args: [{ name: 'programs', ...entry }] });
    await panel.row('programs').waitFor();
    await show('programs');
    await panel.notified('was started by another extension and is not in any configuration file');
  });
});

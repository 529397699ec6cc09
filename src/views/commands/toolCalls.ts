import * as vscode from 'vscode';
import type { ServerTool } from '../../launch/connection';
import type { ServerView } from '../../model/serverView';
import type { Actions } from '../actions';
import { inView } from '../inView';
import type { TextDocuments } from '../textDocuments';
import { argumentsTemplate, parseArguments, takesArguments, toolResultText } from './toolArguments';

/** Calls tools of servers, with arguments that a person writes into an editor. */
export class ToolCalls implements vscode.Disposable {
  readonly #actions: Actions;
  readonly #documents: TextDocuments;
  readonly #log: { info(message: string): void };
  /** Open editors with a tool's arguments, by the URI of their document. */
  readonly #calls = new Map<string, { server: ServerView; tool: ServerTool }>();
  readonly #closed: vscode.Disposable;

  constructor(actions: Actions, documents: TextDocuments, log: { info(message: string): void }) {
    this.#actions = actions;
    this.#documents = documents;
    this.#log = log;
    this.#closed = vscode.workspace.onDidCloseTextDocument((document) => {
      if (this.#calls.delete(document.uri.toString())) {
        this.#publishCalls();
      }
    });
  }

  dispose(): void {
    this.#closed.dispose();
  }

  /** Tool by quick pick; its arguments in an editor, unless it takes none. */
  async chooseTool(server: ServerView): Promise<void> {
    const tools = await inView(() => this.#actions.listTools(server.key));
    if (tools.length === 0) {
      vscode.window.showInformationMessage(vscode.l10n.t('{0} offers no tools.', server.name));
      return;
    }
    const picked = await vscode.window.showQuickPick(
      tools.map((tool) => {
        const detail = tool.description?.split('\n')[0];
        return { label: tool.name, ...(detail !== undefined && { detail }), tool };
      }),
      { title: vscode.l10n.t('Call a Tool of {0}', server.name), matchOnDetail: true },
    );
    if (!picked) {
      return;
    }
    if (!takesArguments(picked.tool.inputSchema)) {
      await this.#call(server, picked.tool, {});
      return;
    }
    const document = await vscode.workspace.openTextDocument({
      language: 'jsonc',
      content: argumentsDocument(server, picked.tool),
    });
    this.#calls.set(document.uri.toString(), { server, tool: picked.tool });
    this.#publishCalls();
    await vscode.window.showTextDocument(document);
  }

  /** Calls the tool whose arguments the active editor holds. */
  async runTool(): Promise<void> {
    const document = vscode.window.activeTextEditor?.document;
    const call = document && this.#calls.get(document.uri.toString());
    if (!document || !call) {
      throw new Error(
        vscode.l10n.t('The active editor does not contain tool arguments. Run "MCP Processes: Call Tool…" first.'),
      );
    }
    await this.#call(call.server, call.tool, parseArguments(document.getText()));
  }

  async #call(server: ServerView, tool: ServerTool, args: Record<string, unknown>): Promise<void> {
    const started = Date.now();
    const result = await vscode.window.withProgress(
      {
        location: vscode.ProgressLocation.Notification,
        title: vscode.l10n.t('Calling {0} of {1}', tool.name, server.name),
        cancellable: true,
      },
      (_progress, token) => {
        const call = new AbortController();
        token.onCancellationRequested(() => call.abort());
        return untilCancelled(this.#actions.callTool(server.key, tool.name, args, call.signal), token);
      },
    );
    this.#log.info(`${server.name}: tool ${tool.name} answered after ${Date.now() - started} ms`);
    const title = vscode.l10n.t('Result of {0}.txt', tool.name);
    await this.#documents.show(title, toolResultText(result), server.key);
  }

  /** For the Run button's `when` clause: it shows in the editors that hold a tool's arguments. */
  #publishCalls(): void {
    vscode.commands.executeCommand('setContext', 'mcpProcesses.argumentDocuments', [...this.#calls.keys()]);
  }
}

/** Stops waiting, not the work: MCP servers need not honour a cancelled request. */
function untilCancelled<T>(work: Promise<T>, token: vscode.CancellationToken): Promise<T> {
  return new Promise((resolve, reject) => {
    const subscription = token.onCancellationRequested(() => reject(new vscode.CancellationError()));
    work.then(resolve, reject).finally(() => subscription.dispose());
  });
}

function argumentsDocument(server: ServerView, tool: ServerTool): string {
  const comment = (text: string) => text.split(/\r?\n/).map((line) => `// ${line}`.trimEnd());
  return [
    ...comment(vscode.l10n.t('Arguments for the tool {0} of {1}.', tool.name, server.name)),
    ...comment(vscode.l10n.t('Press ▷ in the title bar of this editor, or run "MCP Processes: Run Tool".')),
    ...(tool.description ? ['//', ...comment(tool.description)] : []),
    JSON.stringify(argumentsTemplate(tool.inputSchema), undefined, 2),
    '',
    ...comment(vscode.l10n.t('The schema of the arguments:')),
    ...comment(JSON.stringify(tool.inputSchema, undefined, 2) ?? ''),
    '',
  ].join('\n');
}

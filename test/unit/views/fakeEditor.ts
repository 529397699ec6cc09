import Module from 'node:module';

/**
 * Stands for the module `vscode` in unit tests, as far as they need it. Importing this file puts it in place:
 * `import './fakeEditor';` comes before any import of `vscode`.
 */
const modules = Module as unknown as { _resolveFilename(...args: unknown[]): string };
const resolveFilename = modules._resolveFilename;
modules._resolveFilename = function (this: unknown, request: unknown, ...rest: unknown[]) {
  return request === 'vscode' ? __filename : resolveFilename.call(this, request, ...rest);
};

interface Message {
  readonly kind: 'information' | 'warning' | 'error';
  readonly text: string;
  readonly buttons: readonly string[];
  /** The detail of a modal question. */
  readonly detail?: string;
}

/** What the editor was asked for, and what it answers. Each test makes its own. */
export class Editor {
  readonly messages: Message[] = [];
  /** Titles of the lists to pick from. */
  readonly picks: string[] = [];
  /** Descriptions of the items to pick from. */
  readonly described: string[] = [];
  readonly documents: { readonly title: string; readonly text: string }[] = [];
  readonly registered = new Map<string, (target?: unknown) => Promise<void>>();
  /** Chooses the button of a message that a person clicks. */
  click: (buttons: readonly string[]) => string | undefined = () => undefined;
  /** Answers or rejects the call of a command. */
  command: (id: string, args: readonly unknown[]) => unknown = () => undefined;
  /** Chooses what a person picks from a list. */
  pick: (items: readonly unknown[]) => unknown = () => undefined;
  /** Cancels the work whose progress is shown. */
  cancel: () => void = () => {};
  settings: Record<string, unknown> = {};
  /** The workspace's settings, which override the user's. */
  workspaceSettings: Record<string, unknown> = {};
  isTrusted = true;
  /** The input box that is shown, and what a person may do in it besides typing. */
  input: { back(): void; cancel(): void } | undefined;
  /** Runs before a setting is written. */
  beforeWrite: () => void = () => {};
  /** Runs before a document is shown. */
  beforeShow: () => void = () => {};

  errors(): string[] {
    return this.messages.filter(({ kind }) => kind === 'error').map(({ text }) => text);
  }
}

export let editor = new Editor();

export function newEditor(): Editor {
  editor = new Editor();
  return editor;
}

/** Waits for everything that was started and not awaited. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}

const message =
  (kind: Message['kind']) =>
  async (text: string, ...rest: (string | object)[]) => {
    const buttons = rest.filter((one) => typeof one === 'string');
    const modal = rest.find((one) => typeof one === 'object');
    const detail = modal && 'detail' in modal ? { detail: String(modal.detail) } : {};
    editor.messages.push({ kind, text, buttons, ...detail });
    return editor.click(buttons);
  };

export const l10n = {
  t: (text: string, ...args: unknown[]) => text.replace(/\{(\d+)\}/g, (_, index) => String(args[Number(index)])),
};

const providers: { provideTextDocumentContent(uri: unknown): string }[] = [];

export const window = {
  showInformationMessage: message('information'),
  showWarningMessage: message('warning'),
  showErrorMessage: message('error'),
  setStatusBarMessage: () => {},
  showQuickPick: async (
    items: readonly { description?: string }[],
    options: { title?: string; placeHolder?: string },
  ) => {
    editor.described.push(...items.map(({ description }) => description ?? ''));
    editor.picks.push(options.title ?? options.placeHolder ?? '');
    return editor.pick(items);
  },
  createInputBox: () => {
    const listeners: Record<string, (value?: unknown) => void> = {};
    const on = (name: string) => (listener: (value?: unknown) => void) => {
      listeners[name] = listener;
      return { dispose() {} };
    };
    const fire = (name: string) => () => listeners[name]?.();
    editor.input = { back: fire('button'), cancel: fire('hide') };
    return {
      ...{ onDidChangeValue: on('value'), onDidAccept: on('accept'), onDidHide: on('hide') },
      ...{ onDidTriggerButton: on('button'), show() {}, dispose() {} },
    };
  },
  withProgress: (_options: unknown, work: (...args: unknown[]) => unknown) => {
    const onCancellationRequested = (cancelled: () => void) => {
      editor.cancel = cancelled;
      return { dispose() {} };
    };
    return work({ report() {} }, { onCancellationRequested });
  },
  showTextDocument: async () => {
    editor.beforeShow();
    return {};
  },
};

export const workspace = {
  get isTrusted() {
    return editor.isTrusted;
  },
  registerTextDocumentContentProvider: (_scheme: string, provider: (typeof providers)[number]) => {
    providers.push(provider);
    return { dispose() {} };
  },
  onDidCloseTextDocument: () => ({ dispose() {} }),
  openTextDocument: async (uri: { path: string }) => {
    const text = providers.at(-1)?.provideTextDocumentContent(uri) ?? '';
    editor.documents.push({ title: uri.path.slice(1), text });
    return { uri };
  },
  getConfiguration: () => ({
    get: (name: string) => editor.workspaceSettings[name] ?? editor.settings[name],
    inspect: (name: string) => ({
      globalValue: editor.settings[name],
      workspaceValue: editor.workspaceSettings[name],
    }),
    update: async (name: string, value: unknown) => {
      editor.beforeWrite();
      editor.settings[name] = value;
    },
  }),
};

export const commands = {
  registerCommand: (id: string, run: (target?: unknown) => Promise<void>) => {
    editor.registered.set(id, run);
    return { dispose() {} };
  },
  executeCommand: async (id: string, ...args: unknown[]) => editor.command(id, args),
};

export const env = { appName: 'Editor', remoteName: undefined as string | undefined };
export const ConfigurationTarget = { Global: 1 };
export const ProgressLocation = { Notification: 15 };
export const TreeItemCollapsibleState = { None: 0, Collapsed: 1, Expanded: 2 };
export const QuickInputButtons = { Back: {} };
export class CancellationError extends Error {}
export class ThemeColor {}
export class ThemeIcon {}
export class MarkdownString {
  value = '';
  appendMarkdown(text: string): this {
    this.value += text;
    return this;
  }
  appendText(text: string): this {
    return this.appendMarkdown(text);
  }
  appendCodeblock(text: string): this {
    return this.appendMarkdown(text);
  }
}
export class TreeItem {
  constructor(readonly label: string) {}
}
export class EventEmitter {
  readonly event = () => ({ dispose() {} });
  fire(): void {}
  dispose(): void {}
}
export const Uri = {
  from: (parts: { path: string; query: string }) => ({ ...parts, toString: () => `${parts.path}?${parts.query}` }),
  file: (path: string) => ({ path }),
};

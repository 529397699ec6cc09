export interface EditorServer {
  readonly port: number;
  readonly pid: number;
  readonly folder: string;
  readonly chromium: string;
  output(): string;
  extensionHosts(): number[];
  kill(): void;
  stop(): Promise<void>;
}
export function startEditorServer(options?: {
  installed?: string | readonly string[];
  settings?: Record<string, unknown>;
  environment?: Record<string, string>;
  reconnectionGrace?: number;
  trust?: boolean;
}): Promise<EditorServer>;

import { parseSession, type SessionFile } from './schema';

/**
 * A second record of this workspace's sessions, for when the data folder is lost or a file in it is damaged. Files come
 * first: the editor may write this memory late.
 */
export interface SessionMemory {
  /** The sessions as last written here. */
  sessions(): readonly SessionFile[];
  /** Writes the changes of a session, and forgets a session without records. Never throws. */
  remember(session: SessionFile): void;
  /** Forgets a session of which nothing is left. */
  forget(id: string): void;
  /** Forgets all sessions but these. */
  retain(ids: ReadonlySet<string>): void;
}

/** The storage of a memory: the shape of the editor's `Memento`. Writes are not awaited. */
export interface KeyValueState {
  keys(): readonly string[];
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

const SESSION = 'mcpProcesses.session.';
const RECORD = 'mcpProcesses.record.';
/** The length of session and record ids. */
const ID_LENGTH = 36;

/**
 * A memory with one key per session and one per record, so that a write has only the changes. Its content is checked
 * like a session file: a workspace's state may be anything.
 */
export class StateMemory implements SessionMemory {
  /** The last written texts by key: an equal text is not written again. */
  private readonly written = new Map<string, string>();

  constructor(private readonly state: KeyValueState) {}

  sessions(): readonly SessionFile[] {
    const keys = this.state.keys();
    return keys
      .filter((key) => key.startsWith(SESSION))
      .flatMap((key) => {
        const prefix = `${RECORD}${key.slice(SESSION.length)}.`;
        const records = keys.filter((one) => one.startsWith(prefix)).map((one) => this.state.get(one));
        const parsed = parseSession(JSON.stringify({ ...asObject(this.state.get(key)), records }));
        return parsed.kind === 'session' && records.length > 0 ? [parsed.session] : [];
      });
  }

  remember({ records, ...session }: SessionFile): void {
    if (records.length === 0) {
      this.forget(session.id);
      return;
    }
    this.write(`${SESSION}${session.id}`, session);
    const prefix = `${RECORD}${session.id}.`;
    const known = new Set(records.map(({ id }) => `${prefix}${id}`));
    for (const record of records) this.write(`${prefix}${record.id}`, record);
    for (const key of this.state.keys()) if (key.startsWith(prefix) && !known.has(key)) this.remove(key);
  }

  forget(id: string): void {
    this.removeAll((one) => one === id);
  }

  retain(ids: ReadonlySet<string>): void {
    this.removeAll((one) => !ids.has(one));
  }

  private removeAll(isMeant: (sessionId: string) => boolean): void {
    for (const key of this.state.keys()) {
      const id = sessionIdIn(key);
      if (id !== undefined && isMeant(id)) this.remove(key);
    }
  }

  private write(key: string, value: object): void {
    const text = JSON.stringify(value);
    if (this.written.get(key) === text) return;
    this.written.set(key, text);
    // Without a client it never settles.
    void this.state.update(key, JSON.parse(text));
  }

  private remove(key: string): void {
    this.written.delete(key);
    void this.state.update(key, undefined);
  }
}

function sessionIdIn(key: string): string | undefined {
  for (const prefix of [SESSION, RECORD]) {
    if (key.startsWith(prefix)) return key.slice(prefix.length, prefix.length + ID_LENGTH);
  }
  return undefined;
}

function asObject(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}

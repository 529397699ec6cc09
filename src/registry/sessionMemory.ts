import { parseSession, type SessionFile } from './schema';

/**
 * A second place in which this workspace's sessions are written down, for where the data folder is lost or a file in it
 * is damaged. Never the first: it may be written late.
 */
export interface SessionMemory {
  /** Sessions as they were last written here. */
  sessions(): readonly SessionFile[];
  /** Writes what has changed of a session; one without records is forgotten. Never throws. */
  remember(session: SessionFile): void;
  /** Forgets a session of which nothing is left. */
  forget(id: string): void;
  /** Forgets all sessions but these. */
  retain(ids: ReadonlySet<string>): void;
}

/** What a memory is kept in: the shape of the editor's `Memento`. Writes are not awaited. */
export interface KeyValueState {
  keys(): readonly string[];
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

const SESSION = 'mcpProcesses.session.';
const RECORD = 'mcpProcesses.record.';
/** Session and record ids are of this length. */
const ID_LENGTH = 36;

/**
 * A memory with one key for each session and one for each record, so that a write holds what changed and no more. What
 * is read from it is checked like a session file: a workspace's state may be anything.
 */
export class StateMemory implements SessionMemory {
  /** What was written last, by key: the same is not written again. */
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
    // With the client away this never settles.
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

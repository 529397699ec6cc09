import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { messageOf } from '../common/errors';
import type { Log } from '../common/log';
import type { ProcessIdentity } from '../os/identity';
import type { DataFolder } from './dataFolder';
import { restoreDataFolder } from './dataFolder';
import type { RecordId } from './ids';
import { newSession } from './newRecord';
import type { AutomaticReap, ServerRecord, SessionFile } from './schema';
import { isClaimed, isStillOurs, sessionPath, writeSession } from './sessionStore';

export interface SessionSettings {
  readonly automatic: AutomaticReap;
  readonly neverReap: readonly string[];
}

/**
 * The session of this activation, and the only writer of its file. The file appears with the first record and is removed
 * with the last one, so that an editor without servers leaves nothing behind.
 */
export class OwnSession {
  private file: SessionFile;
  private onDisk = false;
  private readonly listeners: ((session: SessionFile) => void)[] = [];

  constructor(
    private readonly folder: DataFolder,
    private readonly log: Log,
    owner: ProcessIdentity,
    editor: string,
    workspaceFolder: string | undefined,
    settings: SessionSettings,
  ) {
    const { automatic, neverReap } = settings;
    this.file = newSession({ home: folder.homeTag, owner, editor, folder: workspaceFolder, automatic, neverReap });
  }

  get session(): SessionFile {
    return this.file;
  }

  /** Calls the listener after every write, with what was written. */
  onChange(listener: (session: SessionFile) => void): void {
    this.listeners.push(listener);
  }

  record(id: RecordId): ServerRecord | undefined {
    return this.file.records.find((record) => record.id === id);
  }

  /** @throws Error when the file cannot be written: a server without a record must not start. */
  add(record: ServerRecord): void {
    this.renewIfClaimed();
    this.write({ ...this.file, records: [...this.file.records, record] });
  }

  /** Writes only changes. Logs a failure instead of throwing: the process runs already, and losing it would be worse. */
  update(id: RecordId, change: Partial<ServerRecord>): void {
    const before = this.record(id);
    if (!before) return;
    const after = { ...before, ...change };
    if (JSON.stringify(before) === JSON.stringify(after) && !this.isLost()) return;
    this.tryWrite({ ...this.file, records: this.file.records.map((record) => (record.id === id ? after : record)) });
  }

  remove(id: RecordId): void {
    this.tryWrite({ ...this.file, records: this.file.records.filter((record) => record.id !== id) });
  }

  apply(settings: SessionSettings): void {
    this.tryWrite({ ...this.file, ...settings });
  }

  /** Records since when the window is away (epoch ms), or that it is back (undefined). */
  noteDetached(since: number | undefined): void {
    const next = { ...this.file, detachedSince: since };
    if (this.onDisk) this.tryWrite(next);
    else this.file = next;
  }

  /** Writes for the last time: once this process is gone, another window or the guard may continue. */
  handOver(): void {
    this.tryWrite({ ...this.file, handedOver: Date.now() });
  }

  private tryWrite(next: SessionFile): void {
    try {
      this.write(next);
    } catch (error) {
      this.file = next;
      this.log.error(`The session file could not be written: ${messageOf(error)}`);
    }
  }

  private write(next: SessionFile): void {
    if (this.isLost()) {
      this.log.warn(`The file of session ${this.file.id} was removed by another program. It is written again.`);
      restoreDataFolder(this.folder);
    } else if (this.isClaimed()) {
      this.log.warn(`Session ${this.file.id} was claimed by another process; this one no longer writes to it.`);
      this.file = next;
      return;
    }
    if (next.records.length === 0) {
      rmSync(sessionPath(this.folder, next.id), { force: true });
      this.onDisk = false;
    } else {
      writeSession(this.folder, next);
      this.onDisk = true;
    }
    this.file = next;
    for (const listener of this.listeners) listener(next);
  }

  /** A claimed session belongs to its claimer from then on; new servers get a new session. */
  private renewIfClaimed(): void {
    if (!this.isClaimed()) return;
    this.log.warn(`Session ${this.file.id} was claimed by another process; a new session begins.`);
    this.file = { ...this.file, id: randomUUID(), records: [] };
    this.onDisk = false;
  }

  private isClaimed(): boolean {
    return this.onDisk && !isStillOurs(this.folder, this.file.id) && isClaimed(this.folder, this.file.id);
  }

  /** The file is gone without a claim: it was deleted, or taken for a file of another machine. */
  private isLost(): boolean {
    return this.onDisk && !isStillOurs(this.folder, this.file.id) && !isClaimed(this.folder, this.file.id);
  }
}

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
 * The session of this activation: the one writer of its file. The file appears with the first record and is removed
 * with the last, so that an editor without servers leaves nothing.
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

  /** Tells of every write, with what was written. */
  onChange(listener: (session: SessionFile) => void): void {
    this.listeners.push(listener);
  }

  record(id: RecordId): ServerRecord | undefined {
    return this.file.records.find((record) => record.id === id);
  }

  /** @throws Error when the file cannot be written: what is not recorded must not be started. */
  add(record: ServerRecord): void {
    this.renewIfClaimed();
    this.write({ ...this.file, records: [...this.file.records, record] });
  }

  /** Writes only when something changed. Failures are logged: the process is running by now, and losing it would be worse. */
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

  /** Notes since when the window is away, epoch ms, or that it is back. */
  noteDetached(since: number | undefined): void {
    const next = { ...this.file, detachedSince: since };
    if (this.onDisk) this.tryWrite(next);
    else this.file = next;
  }

  /** Writes for the last time: whoever finds the file may carry on once this process is gone. */
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
      this.log.warn(`Session ${this.file.id} was claimed by somebody else; nothing more is written to it.`);
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

  /** A claimed session is somebody else's for good; new servers get a new one. */
  private renewIfClaimed(): void {
    if (!this.isClaimed()) return;
    this.log.warn(`Session ${this.file.id} was claimed by somebody else; a new session is opened.`);
    this.file = { ...this.file, id: randomUUID(), records: [] };
    this.onDisk = false;
  }

  private isClaimed(): boolean {
    return this.onDisk && !isStillOurs(this.folder, this.file.id) && isClaimed(this.folder, this.file.id);
  }

  /** Its file is gone and nobody has claimed it: somebody has cleaned up, or taken it for one of another machine. */
  private isLost(): boolean {
    return this.onDisk && !isStillOurs(this.folder, this.file.id) && !isClaimed(this.folder, this.file.id);
  }
}

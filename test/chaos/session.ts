import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { COOKIE_VARIABLE } from '../../src/registry/cookie';
import type { RecordKind, ServerRecord } from '../../src/registry/schema';
import { FakeOwner, identityOf, procfs } from '../support/fakeOwner';
import { newRecord } from '../support/records';
import type { Sandbox } from '../support/sandbox';
import type { Side } from './side';

/** Stands for an extension host: a shell that does what it is told, line by line. */
const OWNER = 'while read -r line; do eval "$line"; done';

export interface StartOptions {
  /** Our cookie in its environment. */
  readonly cookie: boolean;
  /** As launched, the root has a POSIX session of its own; as adopted, that of the owner. */
  readonly kind: Exclude<RecordKind, 'foreign'>;
  /** ms. */
  readonly grace: { readonly stdin: number; readonly term: number };
}

/** A session whose owner is a shell: cheap enough to have thousands, and all that its servers see of it is real. */
export class ChaosSession {
  readonly owner: FakeOwner;
  private readonly records = new Map<string, ServerRecord>();

  constructor(
    sandbox: Sandbox,
    readonly side: Side,
    private readonly scripts: string,
    private readonly environment: Readonly<Record<string, string>> = {},
  ) {
    const owner = join(side.path, 'owner');
    writeFileSync(owner, OWNER);
    this.owner = new FakeOwner(sandbox, ['sh', owner]);
    this.owner.child.stdin?.on('error', () => {});
  }

  /** The records as they are known now; each without root until {@link find} has seen it. */
  get known(): ServerRecord[] {
    return [...this.records.values()];
  }

  /** Has the owner start the script of this name, in one go; its input ends with the owner. Needs FIFO `in-<name>`. */
  start(name: string, { cookie, kind, grace }: StartOptions): void {
    const id = randomUUID();
    const environment = { ...this.environment, CHAOS: this.side.path };
    if (cookie) Object.assign(environment, { [COOKIE_VARIABLE]: this.owner.cookie(id) });
    const assignments = Object.entries(environment).map(([variable, value]) => `${variable}='${value}'`);
    const input = join(this.side.path, `in-${name}`);
    // Held by the owner alone; others open only what cannot block and does not keep it open.
    const write = 5 + this.records.size;
    const others = Array.from({ length: this.records.size + 1 }, (_, index) => `${5 + index}>&-`).join(' ');
    const program = kind === 'launched' ? 'setsid sh' : 'sh';
    this.owner.child.stdin?.write(
      `exec ${write}<>'${input}'; exec 4<'${input}'; ` +
        `${assignments.join(' ')} ${program} '${join(this.scripts, name)}' <&4 4<&- ${others} >/dev/null 2>&1 & ` +
        `echo "${name} $!" >>'${this.side.path}/roots'; exec 4<&-\n`,
    );
    const commandLine = `sh ${join(this.scripts, name)}`;
    this.records.set(name, newRecord({ id, server: name, kind, commandLine, grace }));
  }

  /** Completes the records of those that have been started by now. */
  async find(): Promise<void> {
    const file = join(this.side.path, 'roots');
    const { processes } = await procfs().snapshot();
    const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
    for (const line of lines) {
      const [name = '', text] = line.split(' ');
      const record = this.records.get(name);
      const sid = processes.get(Number(text))?.sid;
      if (!record || record.root || sid === undefined) continue;
      const posixSession = record.kind === 'launched' ? Number(text) : sid;
      this.records.set(name, { ...record, root: await identityOf(Number(text)), posixSession });
    }
  }

  /** Takes the census, as the owner's own sweep would. */
  async takeCensus(members: (record: ServerRecord) => Promise<ServerRecord['census']>): Promise<void> {
    for (const [name, record] of this.records) {
      this.records.set(name, { ...record, census: await members(record) });
    }
  }
}

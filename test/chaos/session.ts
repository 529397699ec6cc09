import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { COOKIE_VARIABLE } from '../../src/registry/cookie';
import type { RecordKind, ServerRecord } from '../../src/registry/schema';
import { FakeOwner, identityOf, procfs } from '../support/fakeOwner';
import { newRecord } from '../support/records';
import type { Sandbox } from '../support/sandbox';
import type { Side } from './side';

/** Stands for an extension host: a shell that executes the lines that it reads. */
const OWNER = 'while read -r line; do eval "$line"; done';

export interface StartOptions {
  /** Whether its environment has our cookie. */
  readonly cookie: boolean;
  /** A launched root has its own POSIX session; an adopted one has the owner's. */
  readonly kind: Exclude<RecordKind, 'foreign'>;
  /** ms. */
  readonly grace: { readonly stdin: number; readonly term: number };
}

/** A session whose owner is a shell: cheap enough for thousands, and real to its servers. */
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

  /** The current records, each without a root until {@link find} has seen it. */
  get known(): ServerRecord[] {
    return [...this.records.values()];
  }

  /** Makes the owner start the script of this name, whose input ends with the owner. Needs FIFO `in-<name>`. */
  start(name: string, { cookie, kind, grace }: StartOptions): void {
    const id = randomUUID();
    const environment = { ...this.environment, CHAOS: this.side.path };
    if (cookie) Object.assign(environment, { [COOKIE_VARIABLE]: this.owner.cookie(id) });
    const assignments = Object.entries(environment).map(([variable, value]) => `${variable}='${value}'`);
    const input = join(this.side.path, `in-${name}`);
    // Only the owner holds the writing end; other processes open the FIFO in ways that neither block nor keep it open.
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

  /** Completes the records of the servers that are running. */
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

  /** Takes the census, as the owner's sweep would. */
  async takeCensus(members: (record: ServerRecord) => Promise<ServerRecord['census']>): Promise<void> {
    for (const [name, record] of this.records) {
      this.records.set(name, { ...record, census: await members(record) });
    }
  }
}

import { cookieIn, runsAsNodeIn } from './environment';
import { readOwnedProcFile, readProcBytes, readProcFile } from './readProcFile';
import { livingFolder } from './readStat';
import { isZombie, type ProcStat, TICKS_PER_SECOND } from './stat';

/** A young process may still be between fork, exec and rewriting its own title: read it again each time. */
const YOUNG_TICKS = 10 * TICKS_PER_SECOND;
/** The kernel's value for the stack of a process that we may not trace. */
const HIDDEN = '0';

/** What the folder of a process says besides its `stat`. */
export interface Details {
  readonly uid: number | undefined;
  readonly args: readonly string[] | undefined;
  readonly cookie: string | undefined;
  readonly runsAsNode: boolean;
  readonly environmentReadable: boolean;
}

const NOTHING: Details = {
  uid: undefined,
  args: undefined,
  cookie: undefined,
  runsAsNode: false,
  environmentReadable: false,
};

interface CachedDetails extends Details {
  readonly startTicks: string;
  readonly name: string;
  readonly stackStart: string;
}

/** Remembers details from one snapshot to the next: to read them is most of a snapshot's work. */
export class DetailsCache {
  private readonly known = new Map<number, CachedDetails>();

  /** @param uptimeTicks of the system, in the snapshot that has this `stat` */
  of(stat: ProcStat, uptimeTicks: number): Details {
    const cached = this.known.get(stat.pid);
    const isSame =
      cached !== undefined &&
      cached.startTicks === stat.startTicks &&
      cached.name === stat.name &&
      cached.stackStart === stat.stackStart;
    const young = uptimeTicks - Number(stat.startTicks) < YOUNG_TICKS;
    if (isSame && !young) return cached;
    const { startTicks, name, stackStart } = stat;
    // Nothing of a zombie is left to read, and a zombie is no member.
    if (isZombie(stat)) return cached?.startTicks === startTicks ? cached : NOTHING;
    // The same program with the same environment, but possibly another title.
    const details =
      isSame && stackStart !== HIDDEN
        ? { ...cached, ...readCommand(`/proc/${stat.pid}`) }
        : { ...readDetails(stat), startTicks, name, stackStart };
    this.known.set(stat.pid, details);
    return details;
  }

  /** Forgets all processes that are not among `processes`, by pid. */
  retain(processes: ReadonlyMap<number, unknown>): void {
    for (const pid of this.known.keys()) if (!processes.has(pid)) this.known.delete(pid);
  }
}

export function readDetails(stat: ProcStat): Details {
  const folder = livingFolder(stat) ?? `/proc/${stat.pid}`;
  const { uid, args } = readCommand(folder);
  try {
    const environment = readProcBytes(`${folder}/environ`);
    const [cookie, runsAsNode] = [cookieIn(environment), runsAsNodeIn(environment)];
    return { uid, args, cookie, runsAsNode, environmentReadable: true };
  } catch {
    // Another user's, or a restricted process.
    return { uid, args, cookie: undefined, runsAsNode: false, environmentReadable: false };
  }
}

/** The user of a process, beyond doubt; undefined for a set-uid program, whose rights differ from its starter's. */
export function certainUser(pid: number): number | undefined {
  try {
    const match = /^Uid:\t(\d+)\t(\d+)\t(\d+)/m.exec(readProcFile(`/proc/${pid}/status`));
    return match && match[1] === match[2] && match[1] === match[3] ? Number(match[1]) : undefined;
  } catch {
    // The kill policy spares a process whose user is unknown.
    return undefined;
  }
}

/** Arguments and effective user, which are enough for a list. */
function readCommand(folder: string): Pick<Details, 'uid' | 'args'> {
  try {
    const { text, uid } = readOwnedProcFile(`${folder}/cmdline`, 'utf8');
    return { uid, args: text === '' ? [] : text.replace(/\0+$/, '').split('\0') };
  } catch {
    // Not readable: shown by its kernel name.
    return { uid: undefined, args: undefined };
  }
}

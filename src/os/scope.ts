import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import type { Branded } from '../common/branded';
import { codeOf } from '../common/errors';

/** The three facts that make a scope. On systems without pid namespaces `pidNamespace` is a constant. */
export interface ScopeParts {
  readonly machine: string;
  readonly boot: string;
  readonly pidNamespace: string;
}

/**
 * How identities of this scope write start times. It is part of the tag, so that two platforms that write them
 * differently on one machine never take each other's live processes for gone.
 */
export type StartScheme = 'ticks' | 'epoch' | 'windows';

const SCHEME_LETTER: Record<StartScheme, string> = { ticks: 't', epoch: 'e', windows: 'w' };

/** The scope tag: one letter and 16 hex digits. '' when a part is unknown; '' matches nothing, not even itself. */
export function scopeTag(parts: ScopeParts | undefined, scheme: StartScheme): ScopeTag {
  if (!parts?.machine || !parts.boot || !parts.pidNamespace) return '';
  const hash = createHash('sha256')
    .update(`${parts.machine}\n${parts.boot}\n${parts.pidNamespace}`)
    .digest('hex')
    .slice(0, 16);
  return SCHEME_LETTER[scheme] + hash;
}

/** Names the machine, boot and pid namespace in which pids and start times are valid. */
export type ScopeTag = Branded<string, 'ScopeTag'>;

export function isScopeTag(value: unknown): value is ScopeTag {
  return typeof value === 'string' && /^[tew][0-9a-f]{16}$/.test(value);
}

/** Scope facts of a Linux machine; undefined when any of them cannot be read. */
export function readLinuxScopeParts(): ScopeParts | undefined {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const pidNamespace = readlinkSync('/proc/self/ns/pid') + readTimeNamespace();
    return { machine: readMachineId() ?? boot, boot, pidNamespace };
  } catch {
    return undefined;
  }
}

/**
 * In a time namespace the same processes have other start times (K27): records from outside are invalid inside.
 * '' on kernels without time namespaces. @throws the system's error when it cannot be read.
 */
function readTimeNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/time');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return '';
    throw error;
  }
}

/** Containers often have no machine id; the boot id alone must then do. */
function readMachineId(): string | undefined {
  for (const file of ['/etc/machine-id', '/var/lib/dbus/machine-id']) {
    try {
      const id = readFileSync(file, 'utf8').trim();
      if (/^[0-9a-f]{32}$/.test(id)) return id;
    } catch {
      // The next file may have it.
    }
  }
  return undefined;
}

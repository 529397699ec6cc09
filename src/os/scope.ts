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
 * How identities of this scope write start times. Part of the tag, so that two platforms that write them differently
 * on one machine can never take each other's live processes for gone.
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

/** Names machine, boot and pid namespace, in which pids and start times mean anything; see {@link scopeTag}. */
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
 * In a time namespace the same processes have other start times (K27): what was written outside means nothing inside.
 * '' on kernels that know none. @throws when it cannot be read.
 */
function readTimeNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/time');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return '';
    throw error;
  }
}

/** Containers often have no machine id; the boot id alone is then as unique as we can get. */
function readMachineId(): string | undefined {
  for (const file of ['/etc/machine-id', '/var/lib/dbus/machine-id']) {
    try {
      const id = readFileSync(file, 'utf8').trim();
      if (/^[0-9a-f]{32}$/.test(id)) return id;
    } catch {
      // The next place may have it.
    }
  }
  return undefined;
}

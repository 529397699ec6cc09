import type { ServiceRole } from './platform';

/**
 * Reads `/proc/PID/cgroup`. A `.service` counts only as the *last* part of a control group: a daemon's own group ends
 * in its unit, while everything that a user runs is below `user@1000.service`.
 */
export function serviceRoleOfControlGroup(text: string): ServiceRole {
  const lines = text.split('\n').filter((line) => line !== '');
  if (lines.length === 0) return { kind: 'unknown', reason: { kind: 'no-control-group' } };
  for (const line of lines) {
    const group = line.split(':').slice(2).join(':');
    const last = group.split('/').pop() ?? '';
    if (last.endsWith('.service')) return { kind: 'service', name: last };
  }
  return { kind: 'none' };
}

/**
 * Whether systemd (248 and later) has executed this very process: children inherit the variable with its pid.
 * @param environment the raw block of `/proc/PID/environ`.
 * @returns undefined where the variable is missing: an older systemd, or an environment that was overwritten.
 */
export function isServiceMain(environment: Buffer, pid: number): boolean | undefined {
  const text = `\0${environment.toString('latin1').replaceAll('\0', '\0\0')}\0`;
  const named = [...text.matchAll(/\0SYSTEMD_EXEC_PID=(\d+)\0/g)].map(([, digits]) => Number(digits));
  return named.length === 0 ? undefined : named.includes(pid);
}

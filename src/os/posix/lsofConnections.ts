import type { Connection } from '../connection';
import { judgeConnections } from '../outsideUse';
import type { OutsideUse } from '../platform';
import { type ProcessName, processName, seen } from '../users';
import type { OpenFile } from './lsofOutput';

/**
 * Whether one of `pids` serves a connection of a process outside `members`, from macOS's `lsof`.
 * @param own every open file of `pids`, so that a process that `lsof` may not inspect is noticed
 * @param sockets all visible sockets, to find out who is at the other end
 */
export function judgeLsofConnections(
  own: readonly OpenFile[],
  sockets: readonly OpenFile[],
  pids: readonly number[],
  members: ReadonlySet<number>,
): OutsideUse {
  const all = [...own, ...sockets];
  const names = new Map(all.map(({ pid, command }) => [pid, command]));
  const nameOf = (pid: number) => processName(pid, names.get(pid));
  const internet = judgeConnections(tcpConnections(all), pids, members, nameOf);
  const seen = internet.kind === 'none' ? judgeNamedSockets(own, all, members, nameOf) : internet;
  if (seen.kind === 'used') return seen;
  const hidden = pids.find((pid) => !own.some((file) => file.pid === pid && isReadDescriptor(file)));
  return hidden === undefined ? seen : { kind: 'unknown', reason: { kind: 'files-hidden', pid: hidden } };
}

function isReadDescriptor(file: OpenFile): boolean {
  return /^\d+$/.test(file.descriptor) && file.type !== '';
}

/** Established TCP connections; one serves when its local port is also listened on. */
function tcpConnections(files: readonly OpenFile[]): Connection[] {
  const tcp = files.filter((file) => file.protocol === 'TCP');
  const port = (address: string) => address.slice(address.lastIndexOf(':') + 1);
  const listening = new Set(tcp.filter(({ state }) => state === 'LISTEN').map(({ name }) => port(name)));
  const connections = new Map<string, Connection & { pids: number[] }>();
  for (const { pid, name, state } of tcp) {
    const [local, peer] = name.split('->');
    if (state !== 'ESTABLISHED' || !local || !peer) continue;
    // Several processes can hold one socket.
    const known = connections.get(name);
    if (known) known.pids.push(pid);
    else {
      const serves = listening.has(port(local));
      connections.set(name, { local: `tcp:${local}`, peer: `tcp:${peer}`, pids: [pid], serves });
    }
  }
  return [...connections.values()];
}

/**
 * Unix sockets. An accepted one shows the path it was reached by and not its peer; the client's end shows the address
 * of the accepted one. Without a visible client it may be the listening socket or the end of a hidden client.
 */
function judgeNamedSockets(
  own: readonly OpenFile[],
  all: readonly OpenFile[],
  members: ReadonlySet<number>,
  nameOf: (pid: number) => ProcessName,
): OutsideUse {
  let doubt: OutsideUse | undefined;
  for (const socket of own) {
    if (socket.type !== 'unix' || socket.name.startsWith('->')) continue;
    const clients = all.filter(({ type, name }) => type === 'unix' && name === `->${socket.device}`);
    const stranger = clients.find(({ pid }) => !members.has(pid));
    if (stranger) return { kind: 'used', by: seen(nameOf(stranger.pid)) };
    if (clients.length === 0) {
      doubt = { kind: 'unknown', reason: { kind: 'socket-users-unknown', pid: socket.pid } };
    }
  }
  return doubt ?? { kind: 'none' };
}

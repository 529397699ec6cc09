import { basename } from 'node:path';
import { ancestorsOf } from '../judgement/processTree';
import { type ProcessIdentity, sameStart } from '../os/identity';
import type { Platform, ProcessEntry, Snapshot } from '../os/platform';

/** Programs that only start others; the same list as in `run.sh`. */
const WRAPPERS = new Set(
  ['sh', 'bash', 'zsh', 'dash', 'fish', 'ash', 'mksh', 'tcsh', 'csh', 'busybox', 'nu', 'script', 'cmd']
    .concat(['powershell', 'pwsh', 'conhost', 'env', 'timeout', 'nice', 'ionice', 'nohup', 'setsid', 'stdbuf', 'time'])
    .concat(['sudo', 'doas', 'su', 'flock', 'setpriv', 'npx', 'npm', 'pnpm', 'pnpx', 'yarn', 'bun', 'bunx', 'corepack'])
    .concat(['uv', 'uvx', 'pipx', 'poetry', 'pdm', 'hatch', 'rye', 'mise', 'asdf', 'direnv', 'volta']),
);
const RUNNER_SCRIPT =
  /[\\/](?:npx-cli\.js|npm-cli\.js|npx|npm|pnpm\.[cm]js|pnpm|pnpx|yarn\.js|yarn|corepack\.js|corepack)$/;

/** The nearest ancestor that is not a shell or a package runner; undefined when there is none but init. */
export function findOwner(snapshot: Snapshot, pid: number): ProcessEntry | undefined {
  const own = snapshot.processes.get(pid);
  if (!own) return undefined;
  return ancestorsOf(snapshot, own).find((entry) => entry.pid > 1 && !entry.zombie && !isWrapper(entry));
}

function isWrapper({ name, args }: ProcessEntry): boolean {
  const program = name.toLowerCase().replace(/\.exe$/, '');
  // npm calls itself after what it runs: "npm exec @x/y".
  if (WRAPPERS.has(program.split(' ', 1)[0] as string) || program.startsWith('ksh')) return true;
  const interpreter = /^(?:node|nodejs|mainthread|node-mainthread|python[\d.]*)$/.test(program);
  const script = args?.slice(1).find((arg) => !arg.startsWith('-'));
  return interpreter && script !== undefined && RUNNER_SCRIPT.test(script);
}

/** A name of the client for people. */
export function clientName({ name, args }: ProcessEntry): string {
  return /mainthread$/i.test(name) ? basename(args?.[0] ?? 'node') : name.replace(/\.exe$/i, '');
}

/** Whether it has ended for certain: its pid is free, a zombie's, or somebody else's. */
export async function isOwnerGone(
  platform: Pick<Platform, 'inspect'>,
  { pid, start }: Pick<ProcessIdentity, 'pid' | 'start'>,
): Promise<boolean> {
  const look = await platform.inspect(pid);
  if (look.kind === 'gone') return true;
  return look.kind === 'present' && (look.entry.zombie || !sameStart(look.entry.start, start));
}

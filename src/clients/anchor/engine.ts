import { folderOfFlag } from './folderFlag';
import { type Anchor, bound, INSTALLED, pathAnchor, SPEAKS_MCP } from './kinds';
import { PLACEHOLDER } from './pathWords';

/** Flags of an engine's `run` and `exec` that take no value. Another flag is taken for one that does. */
const ENGINE_SWITCHES =
  /^(?:-[itdPq]+|--(?:rm|interactive|tty|detach|init|privileged|read-only|publish-all|quiet|no-healthcheck|sig-proxy|replace|rmi|tls-verify|http-proxy|env-host|no-hosts|oom-kill-disable|disable-content-trust|use-api-socket))$/;
const ENGINE_VALUED =
  /^(?:-[evpwuhlmac]|--(?:env|env-file|volume|mount|publish|name|network|net|workdir|user|entrypoint|hostname|label|add-host|memory|cpus|platform|pull|gpus|device|cap-add|cap-drop|security-opt|shm-size|ulimit|tmpfs|log-driver|restart|dns|volumes-from|userns|ipc|pid|runtime|group-add))$/;
const MOUNTS = new Set(['-v', '--volume', '--mount']);

const IMAGE: Anchor = { kind: 'image', open: [] };

/** An image or a container is the same from every folder; a Compose project belongs to one. */
export function engineAnchor(args: readonly string[]): Anchor | undefined {
  const at = args.findIndex((arg) => arg === 'run' || arg === 'exec' || arg === 'start');
  const before = args.slice(0, Math.max(0, at)).filter((arg) => !arg.startsWith('-'));
  const folder = before.includes('compose') ? folderOfFlag('docker-compose', args.slice(0, at)) : undefined;
  if (folder !== undefined) return pathAnchor(folder);
  if (at < 0 || before.includes('compose')) return bound(args);
  // Docker's own gateway: `docker mcp gateway run`.
  if (before.some((arg) => SPEAKS_MCP.test(arg))) return INSTALLED;
  if (args[at] === 'start') return args.some((arg) => PLACEHOLDER.test(arg)) ? undefined : IMAGE;
  const run = readRun(args.slice(at + 1));
  if (!run) return undefined;
  // An image of a language runs what is mounted into it; one that speaks MCP is given data.
  return SPEAKS_MCP.test(run.image) || !run.hasArguments ? IMAGE : mountedAnchor(run.mounts, args);
}

interface Run {
  readonly image: string;
  readonly hasArguments: boolean;
  /** As written after `-v` or `--mount`. */
  readonly mounts: readonly string[];
}

/** What follows `run` or `exec`; undefined where a placeholder leaves open which word the image is. */
function readRun(args: readonly string[]): Run | undefined {
  const mounts: string[] = [];
  let at = 0;
  while (args[at]?.startsWith('-')) {
    const [flag = '', inline] = (args[at] as string).split(/=(.*)/s);
    const value = inline ?? args[at + 1] ?? '';
    const takesNext = inline === undefined && !ENGINE_SWITCHES.test(flag);
    // The image itself, were this a switch.
    if (takesNext && !ENGINE_VALUED.test(flag) && PLACEHOLDER.test(value)) return undefined;
    if (MOUNTS.has(flag)) mounts.push(value);
    at += takesNext ? 2 : 1;
  }
  const image = args[at];
  if (image === undefined || PLACEHOLDER.test(image)) return undefined;
  return { image, hasArguments: at + 1 < args.length, mounts };
}

function mountedAnchor(mounts: readonly string[], args: readonly string[]): Anchor | undefined {
  const sources = mounts.map((mount) => /(?:^|,)(?:src|source)=([^,]*)/.exec(mount)?.[1] ?? mount);
  if (sources.some((source) => /^\.{1,2}(?:[\\/:]|$)/.test(source))) return bound(args);
  const open = sources.flatMap((source) => FRONT.exec(source)?.[0] ?? []);
  return sources.some((source) => PLACEHOLDER.test(source.replace(FRONT, ''))) ? undefined : { kind: 'image', open };
}

/** A mount's source ends at a colon too. */
const FRONT = /^\$\{[^${}]{1,200}\}/;

// The command-line clients' flags, as far as they are needed to find the words after them.

export type EngineName = 'docker' | 'podman' | 'nerdctl';

interface GlobalFlags {
  /** Flags before the command that take a value, by long name or letter. */
  readonly valued: ReadonlySet<string>;
  /** Flags that take none. */
  readonly plain: ReadonlySet<string>;
  /** Valued flags that also work after `run` and choose the engine or its store. */
  readonly anywhere: ReadonlySet<string>;
}

const names = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/));

/** Global flags. After an unknown flag, it is unclear whether the next word is its value. */
export const GLOBAL_FLAGS: Readonly<Record<EngineName, GlobalFlags>> = {
  docker: {
    valued: names('config context c host H log-level l tlscacert tlscert tlskey'),
    plain: names('debug D tls tlsverify'),
    anywhere: new Set(),
  },
  podman: {
    valued: names(
      `cdi-spec-dir cgroup-manager cni-config-dir config conmon connection c context cpu-profile db-backend
      default-mounts-file events-backend hooks-dir host H identity imagestore log-level max-workers memory-profile
      module namespace network-cmd-path network-config-dir out pull-option registries-conf root runroot runtime
      runtime-flag ssh storage-driver storage-opt tls-ca tls-cert tls-key tmpdir url volumepath`,
    ),
    plain: names('noout remote r syslog trace transient-store'),
    anywhere: names(
      'cgroup-manager db-backend imagestore module namespace root runroot runtime storage-driver storage-opt tmpdir volumepath',
    ),
  },
  nerdctl: {
    valued: names(
      `address a bridge-ip cdi-spec-dirs cgroup-manager cni-netconfpath cni-path data-root global-dns global-dns-opts
      global-dns-search host H host-gateway-ip hosts-dir namespace n snapshotter storage-driver userns-remap`,
    ),
    plain: names('debug debug-full experimental insecure-registry kube-hide-dupe'),
    anywhere: names(
      'address host namespace snapshotter storage-driver cni-path cni-netconfpath data-root cgroup-manager hosts-dir',
    ),
  },
};

/** Global flags that only change what a client prints; some of them would break the output that we read. */
export const REPORTING_FLAGS = names(
  'debug D debug-full log-level l noout out syslog trace cpu-profile memory-profile',
);

/** Flags of `run` that take no value, of all three clients: none is plain in one and valued in another. */
export const PLAIN_RUN_FLAGS = names(
  `detach d disable-content-trust env-host experimental help http-proxy init insecure-registry interactive i
  kube-hide-dupe debug debug-full no-healthcheck no-hostname no-hosts oom-kill-disable passwd privileged publish-all P
  quiet q read-only read-only-tmpfs replace rm rmi rootfs sig-proxy syslog tls-verify trace transient-store tty t
  unsetenv-all use-api-socket`,
);

/** One flag as written, with its number of words. */
export interface Flag {
  /** Long name or letter, without dashes. */
  readonly name: string;
  readonly value: string | undefined;
}

/** Parsed flags, and where the next word is. */
export interface ReadFlags {
  readonly flags: readonly Flag[];
  readonly next: number;
}

/**
 * Reads the flags in one word, and the value in the next word where one is needed: `--name value`, `--name=value`,
 * `-n value`, `-nvalue`, `-itn value`.
 * @param isPlain whether a flag takes no value; undefined when unknown
 * @returns undefined when a flag is unknown
 */
export function readFlags(
  args: readonly string[],
  at: number,
  isPlain: (name: string) => boolean | undefined,
): ReadFlags | undefined {
  const arg = args[at] as string;
  if (!arg.startsWith('--')) return readLetters(args, at, isPlain);
  const [name = '', value] = arg.slice(2).split(/=(.*)/s);
  const plain = isPlain(name);
  if (plain === undefined) return undefined;
  return value !== undefined || plain ? { flags: [{ name, value }], next: at + 1 } : withNextWord([], name, args, at);
}

/** Letters after one dash, of which the last may take a value. */
function readLetters(
  args: readonly string[],
  at: number,
  isPlain: (name: string) => boolean | undefined,
): ReadFlags | undefined {
  const arg = args[at] as string;
  const flags: Flag[] = [];
  for (let letter = 1; letter < arg.length; letter++) {
    const name = arg[letter] as string;
    const rest = arg.slice(letter + 1);
    const plain = isPlain(name);
    if (plain === undefined) return undefined;
    if (!plain && rest === '') return withNextWord(flags, name, args, at);
    if (!plain || rest.startsWith('=')) {
      return { flags: [...flags, { name, value: rest.replace(/^=/, '') }], next: at + 1 };
    }
    flags.push({ name, value: undefined });
  }
  return { flags, next: at + 1 };
}

function withNextWord(
  before: readonly Flag[],
  name: string,
  args: readonly string[],
  at: number,
): ReadFlags | undefined {
  const value = args[at + 1];
  return value === undefined ? undefined : { flags: [...before, { name, value }], next: at + 2 };
}

export function isFlag(arg: string | undefined): boolean {
  return arg !== undefined && arg.length > 1 && arg.startsWith('-') && arg !== '--';
}

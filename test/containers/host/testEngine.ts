import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { waitFor } from '../../support/waitFor';
import { clearContainers, type Engine, importImage, runClient } from './engine';
import { installEngine } from './installEngine';

/**
 * The first process of the engine's own pid and mount namespaces. It starts the engine for each line of its input, and
 * ends with that input; the kernel then ends everything in the namespaces, containers too, and drops the mounts. So
 * nothing outlives a test run, even a killed one. What an engine writes outside its folder (/run, /etc/docker) stays
 * in memory.
 */
const INIT = `
set -e
folder=$1; shift
mount -t tmpfs tmpfs "$folder/data"
mount -t tmpfs tmpfs "$folder/etc"
cp -a /etc/. "$folder/etc"
mount --bind "$folder/etc" /etc
mount -t tmpfs tmpfs /run
while read -r line; do
  "$@" >>"$folder/log" 2>&1 &
done
`;

/** A Docker engine that a test can start, stop, kill and end. It has no network and one image, {@link IMAGE}. */
export class TestEngine implements Engine {
  readonly program = 'docker';
  private folder = '';
  private bin = '';
  private init: ChildProcess | undefined;

  /** The address, as a server's environment would hold it. */
  get host(): string {
    return `unix://${join(this.folder, 'docker.sock')}`;
  }

  private get cgroup(): string {
    return `mcp-processes-test-${basename(this.folder)}`;
  }

  get environment(): Record<string, string> {
    return {
      ...(process.env as Record<string, string>),
      PATH: `${this.bin}:${process.env.PATH}`,
      DOCKER_HOST: this.host,
      DOCKER_CONFIG: join(this.folder, 'config'),
    };
  }

  /** Starts the engine, for the first time or after {@link kill}, and waits until it answers. */
  async start(): Promise<void> {
    if (!this.init) {
      this.bin = installEngine();
      // Short: a socket's path holds 107 bytes.
      this.folder = mkdtempSync(join(tmpdir(), 'en-'));
      for (const name of ['data', 'etc', 'config', 'exec']) mkdirSync(join(this.folder, name));
      this.init = spawn(
        'unshare',
        // biome-ignore format: one flag per line is hard to read
        ['--mount', '--pid', '--fork', '--kill-child', '--mount-proc', '--propagation', 'private', 'sh', '-c', INIT, 'engine',
          this.folder, 'dockerd', '--data-root', join(this.folder, 'data'), '--exec-root', join(this.folder, 'exec'),
          '--pidfile', join(this.folder, 'pid'), '-H', this.host, '--bridge=none', '--iptables=false', '--ip6tables=false',
          '--ip-forward=false', '--ip-masq=false', '--userland-proxy=false', '--storage-driver=overlay2',
          '--exec-opt', 'native.cgroupdriver=cgroupfs', `--cgroup-parent=/${this.cgroup}`],
        {
          // containerd leaves files in the temporary folder when it hangs.
          env: { ...this.environment, DOCKER_HOST: '', TMPDIR: this.folder },
          stdio: ['pipe', 'ignore', 'inherit'],
          // Not in the terminal's group: Ctrl-C goes to the tests, which then end the engine through its input.
          detached: true,
        },
      );
      this.init.stdin?.on('error', () => {});
    }
    this.init.stdin?.write('start\n');
    await this.answers();
  }

  /** Waits until the engine answers. */
  async answers(): Promise<void> {
    await waitFor('the engine answers', () => this.command('version', '--format', '{{.Server.Version}}')).catch(
      (error: Error) => {
        throw new Error(`${error.message}\n${this.log()}`);
      },
    );
  }

  command(...args: string[]): Promise<string> {
    return runClient(this, args);
  }

  loadImage(): Promise<void> {
    return importImage(this, this.bin, this.folder);
  }

  /** Sends a signal to the engine itself, not to its containers. */
  signal(name: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): void {
    process.kill(this.enginePid(), name);
  }

  /** Kills the engine and waits until it is gone. Its containers run on. */
  async kill(): Promise<void> {
    const pid = this.enginePid();
    process.kill(pid, 'SIGKILL');
    await waitFor(
      'the engine is gone',
      () => !this.members().some((member) => member.pid === pid && member.name === 'dockerd'),
    );
    rmSync(join(this.folder, 'pid'), { force: true });
  }

  /** States of all its containers. */
  async states(): Promise<string[]> {
    return (await this.containers()).map(({ state }) => state);
  }

  /** Ids of all its containers. */
  async ids(): Promise<string[]> {
    return (await this.containers()).map(({ id }) => id);
  }

  /** A killed engine may still list as "dead" what it no longer has, so each container is inspected. */
  private async containers(): Promise<{ id: string; state: string }[]> {
    const listed = (await this.command('ps', '-aq', '--no-trunc')).split('\n').filter(Boolean);
    const found = await Promise.all(
      listed.map(async (id) => {
        try {
          return [
            { id, state: await this.command('inspect', '--type', 'container', '--format', '{{.State.Status}}', id) },
          ];
        } catch (error) {
          if (/no such container/i.test((error as Error).message)) return [];
          throw error;
        }
      }),
    );
    return found.flat();
  }

  async clear(): Promise<void> {
    await waitFor('no container is left', () => clearContainers(this, () => this.ids()));
  }

  /** Ends engine, containers and mounts, in any state, and removes everything. */
  async dispose(): Promise<void> {
    const { init } = this;
    if (!init) return;
    if (init.pid !== undefined && init.exitCode === null && init.signalCode === null) {
      const ended = new Promise((resolve) => init.once('exit', resolve));
      init.stdin?.end();
      await ended;
    }
    await waitFor('the cgroups of the engine are gone', () => this.removeCgroups());
    rmSync(this.folder, { recursive: true, force: true });
  }

  private log(): string {
    try {
      return readFileSync(join(this.folder, 'log'), 'utf8').slice(-3_000);
    } catch {
      return 'There is no log.';
    }
  }

  /** The engine's pid as seen by this process; the pid file has the one in its namespace. */
  private enginePid(): number {
    const engines = this.members().filter(({ name }) => name === 'dockerd');
    if (engines.length !== 1) throw new Error(`There are ${engines.length} engines.\n${this.log()}`);
    return engines[0]?.pid as number;
  }

  /** Living direct children of the namespace's first process. */
  private members(): { pid: number; name: string }[] {
    const children = (pid: number): number[] => {
      try {
        return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
      } catch {
        return [];
      }
    };
    return children(this.init?.pid ?? -1)
      .flatMap(children)
      .flatMap((pid) => {
        try {
          const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
          const end = stat.lastIndexOf(')');
          return stat[end + 2] === 'Z' ? [] : [{ pid, name: stat.slice(stat.indexOf('(') + 1, end) }];
        } catch {
          return [];
        }
      });
  }

  /** @returns true when none is left. */
  private removeCgroups(): boolean {
    const roots = ['/sys/fs/cgroup', ...readdirSync('/sys/fs/cgroup').map((name) => join('/sys/fs/cgroup', name))];
    const remove = (path: string): boolean => {
      let names: string[];
      try {
        names = readdirSync(path, { withFileTypes: true })
          .filter((entry) => entry.isDirectory())
          .map(({ name }) => name);
      } catch {
        return true;
      }
      const empty = names.map((name) => remove(join(path, name))).every(Boolean);
      try {
        if (empty) rmdirSync(path);
        return empty;
      } catch (error) {
        return (error as NodeJS.ErrnoException).code === 'ENOENT';
      }
    };
    return roots.map((root) => remove(join(root, this.cgroup))).every(Boolean);
  }
}

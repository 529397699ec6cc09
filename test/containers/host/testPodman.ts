import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { scripts } from '../../support/programs';
import { waitFor } from '../../support/waitFor';
import { clearContainers, type Engine, importImage, runClient } from './engine';
import { installEngine } from './installEngine';

/** Podman, which has no daemon, with the test's own store, networks and cgroups. */
export class TestPodman implements Engine {
  readonly program = 'podman';
  private folder = '';
  private bin = '';
  private readonly monitored = new Set<string>();

  get environment(): Record<string, string> {
    return {
      ...(process.env as Record<string, string>),
      PATH: `${join(this.folder, 'bin')}:${process.env.PATH}`,
      CONTAINERS_CONF: join(this.folder, 'containers.conf'),
      CONTAINERS_STORAGE_CONF: join(this.folder, 'storage.conf'),
      TMPDIR: this.folder,
    };
  }

  async start(): Promise<void> {
    this.bin = installEngine();
    this.folder = mkdtempSync(join(tmpdir(), 'po-'));
    const { folder, bin } = this;
    // Its libraries are not installed on the system; `exec` keeps it one process.
    const podman = `LD_LIBRARY_PATH='${join(bin, '../lib')}' exec '${join(bin, 'podman')}' "$@"`;
    scripts(join(folder, 'bin'), { podman });
    const files = {
      'policy.json': JSON.stringify({ default: [{ type: 'insecureAcceptAnything' }] }),
      'storage.conf': `[storage]
driver = "vfs"
graphroot = "${join(folder, 'graph')}"
runroot = "${join(folder, 'run')}"
`,
      // Limits that need no rights which a sandbox may lack.
      'containers.conf': `[containers]
netns = "none"
default_sysctls = []
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
log_driver = "k8s-file"
init_path = "${join(bin, 'tini-static')}"
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
tmp_dir = "${join(folder, 'tmp')}"
conmon_path = ["${join(bin, 'conmon')}"]
runtime = "runc"
[engine.runtimes]
runc = ["${join(bin, 'runc')}"]
`,
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    mkdirSync(join(folder, 'tmp'));
  }

  loadImage(): Promise<void> {
    return importImage(this, this.bin, this.folder, '--signature-policy', join(this.folder, 'policy.json'));
  }

  command(...args: string[]): Promise<string> {
    return runClient(this, args);
  }

  async clear(): Promise<void> {
    const ids = async () => (await this.command('ps', '-aq', '--no-trunc')).split('\n').filter(Boolean);
    await waitFor('no container is left', () => clearContainers(this, ids));
  }

  async dispose(): Promise<void> {
    if (this.folder === '') return;
    try {
      await this.clear();
    } finally {
      try {
        await waitFor('nothing of Podman is left', () => this.endMonitors());
      } finally {
        rmSync(this.folder, { recursive: true, force: true });
      }
    }
  }

  /**
   * Podman forgets the monitor of a container whose client was killed between creating and starting it. That monitor
   * waits forever. @returns true when nothing is left, cgroups included.
   */
  private endMonitors(): boolean {
    const monitors = readdirSync('/proc').flatMap((pid) => {
      const words = /^\d+$/.test(pid) ? read(`/proc/${pid}/cmdline`).split('\0') : [];
      const isOurs = words.some((word) => word.startsWith(`${this.folder}/`)) && words[0]?.endsWith('/conmon');
      return isOurs ? [{ pid: Number(pid), id: words[words.indexOf('-c') + 1] as string }] : [];
    });
    for (const { id } of monitors) this.monitored.add(id);
    const ids = [...this.monitored];
    const started = cgroups(...ids.map((id) => `libpod-${id}`)).flatMap((path) =>
      read(join(path, 'cgroup.procs')).split('\n').filter(Boolean).map(Number),
    );
    for (const pid of [...started, ...monitors.map(({ pid }) => pid)]) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // The monitor has just ended.
      }
    }
    const isGone = cgroups(...ids.flatMap((id) => [`libpod-${id}`, `libpod-conmon-${id}`])).map(removeEmpty);
    // Podman's users share this cgroup. It stays if it is not empty.
    cgroups('conmon', '').map(removeEmpty);
    return monitors.length === 0 && started.length === 0 && isGone.every(Boolean);
  }
}

/** Podman's cgroups with these names, in each hierarchy. */
function cgroups(...names: string[]): string[] {
  const root = '/sys/fs/cgroup';
  const hierarchies = [root, ...readdirSync(root).map((name) => join(root, name))];
  return hierarchies
    .flatMap((hierarchy) => names.map((name) => join(hierarchy, 'libpod_parent', name)))
    .filter((path) => existsSync(path));
}

function removeEmpty(path: string): boolean {
  try {
    rmdirSync(path);
  } catch {
    return !existsSync(path);
  }
  return true;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

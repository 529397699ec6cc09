// A real Docker engine and a real Podman for tests, extracted from Debian's packages into a cache outside the checkout:
// the system neither installs nor starts them. Run as a program, this installs them and prints the folder.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installOnce } from '../../../scripts/installOnce.mjs';

/** Raise it when the contents of the cache change. */
const VERSION = 2;
const PACKAGES = ['docker.io', 'containerd', 'runc', 'tini', 'busybox-static', 'podman', 'conmon'];
/** Which of these exist depends on the release: docker's client was part of docker.io; libraries change names. */
const SOME_PACKAGES = [
  'docker-cli',
  'libgpgme11',
  'libgpgme11t64',
  'libassuan0',
  'libassuan9',
  'libsubid4',
  'libsubid5',
];
const PROGRAMS = [
  ...['dockerd', 'docker', 'containerd', 'containerd-shim-runc-v2', 'runc', 'tini-static', 'busybox'],
  ...['podman', 'conmon'],
];
/** Libraries that the programs need and a minimal Debian may lack. */
const LIBRARIES = ['libdevmapper1.02.1', 'libseccomp2', 'libsystemd0', 'libglib2.0-0', 'libglib2.0-0t64'];

/**
 * @returns the folder with the programs, for `PATH`; `lib` beside it has what only Podman needs.
 * @throws Error that says exactly what to do.
 */
export function installEngine(): string {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    throw new Error('The container tests start their own engine: run them on Linux, as root.');
  }
  const folder = installOnce({ name: `docker-engine-${process.arch}-${VERSION}`, announce, fill });
  assertLibraries(join(folder, 'bin'));
  return join(folder, 'bin');
}

function announce(folder: string): string {
  const release = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  if (!/^ID(?:_LIKE)?=.*\bdebian\b/m.test(release)) {
    throw new Error(
      `The container tests extract their engine from Debian's packages, which are not available here. Put ${PROGRAMS.join(', ')} ` +
        `(and docker-init, a copy of tini-static) into ${join(folder, 'bin')} and an empty file "complete" beside it.`,
    );
  }
  return `Installing a Docker engine for tests into ${folder} (80 MB download, 220 MB on disk, about 10 s, once) …`;
}

function fill(folder: string): void {
  const [packages, unpacked] = [join(folder, 'packages'), join(folder, 'unpacked')];
  for (const name of ['packages', 'unpacked', 'bin', 'lib']) mkdirSync(join(folder, name));
  download(packages);
  for (const name of readdirSync(packages)) {
    if (name.endsWith('.deb')) run('dpkg-deb', ['-x', join(packages, name), unpacked]);
  }
  for (const program of PROGRAMS) {
    copyFileSync(findProgram(unpacked, program), join(folder, 'bin', program));
    chmodSync(join(folder, 'bin', program), 0o755);
  }
  symlinkSync('tini-static', join(folder, 'bin/docker-init'));
  for (const path of findLibraries(unpacked)) copyFileSync(path, join(folder, 'lib', basename(path)));
  for (const path of [packages, unpacked]) rmSync(path, { recursive: true });
}

function download(folder: string): void {
  // The package lists of a machine may name versions that no longer exist.
  const get = () => apt(['download', ...PACKAGES, ...SOME_PACKAGES.filter((name) => aptKnows(name))], folder);
  if (get().status === 0) return;
  run('apt-get', ['update']);
  const again = get();
  if (again.status !== 0) throw new Error(`apt-get download failed:\n${again.stderr.slice(-2_000)}`);
}

function aptKnows(name: string): boolean {
  const { stdout } = spawnSync('apt-cache', ['policy', name], { encoding: 'utf8' });
  return /Candidate: \d/.test(stdout ?? '');
}

function apt(args: string[], folder = '/') {
  // In a folder of root's, apt as root complains that its sandbox user cannot read it.
  return spawnSync('apt-get', ['-o', 'APT::Sandbox::User=root', ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
}

function findProgram(root: string, program: string): string {
  for (const place of ['usr/bin', 'usr/sbin', 'bin', 'sbin']) {
    const path = join(root, place, program);
    if (existsSync(path) && statSync(path).isFile()) return path;
  }
  throw new Error(`${program} is in none of the packages ${PACKAGES.join(', ')}.`);
}

function findLibraries(root: string): string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.so\.\d+$/.test(name))
    .map((name) => join(root, name));
}

function assertLibraries(folder: string): void {
  const env = { ...process.env, LD_LIBRARY_PATH: join(folder, '../lib') };
  const missing = () =>
    ['dockerd', 'runc', 'podman', 'conmon'].filter((name) =>
      /not found/.test(spawnSync('ldd', [join(folder, name)], { env }).stdout.toString()),
    );
  if (missing().length === 0) return;
  const install = () =>
    apt(['install', '-y', '--no-install-recommends', ...LIBRARIES.filter((name) => aptKnows(name))]);
  console.log('Installing libraries with apt, which the engines need …');
  if (install().status !== 0) {
    run('apt-get', ['update']);
    install();
  }
  const still = missing();
  if (still.length > 0)
    throw new Error(`${still.join(' and ')} lack libraries: see "ldd ${join(folder, still[0] as string)}".`);
}

function run(program: string, args: string[]): void {
  const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 64 << 20 });
  if (status !== 0)
    throw new Error(`${basename(program)} ${args[0]} failed: ${error?.message ?? stderr.slice(-2_000)}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(installEngine());

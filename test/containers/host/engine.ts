import { execFile } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** The only image: BusyBox and nothing else. */
export const IMAGE = 'localhost/test/busybox:1';

/** What tests need from their own engine, Docker or Podman. */
export interface Engine {
  readonly program: 'docker' | 'podman';
  /** For clients: leads to this engine and its client, and hides the configuration of the user who runs the tests. */
  readonly environment: Record<string, string>;
  /** Starts the engine, and waits until it answers. */
  start(): Promise<void>;
  loadImage(): Promise<void>;
  /** Runs the engine's client. @returns its output, trimmed. @throws Error with its output. */
  command(...args: string[]): Promise<string>;
  /** Removes all containers, between two tests. */
  clear(): Promise<void>;
  /** Ends everything, in any state, and removes it. */
  dispose(): Promise<void>;
}

/** Runs an engine's client, see {@link Engine.command}. */
export function runClient({ program, environment }: Engine, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { env: environment, timeout: 20_000, killSignal: 'SIGKILL' } as const;
    execFile(program, args, options, (error, stdout, stderr) =>
      error ? reject(new Error(`${program} ${args.join(' ')}: ${stderr || error.message}`)) : resolve(stdout.trim()),
    );
  });
}

/**
 * Imports {@link IMAGE}.
 * @param bin folder with a static `busybox`
 * @param folder a place for temporary files
 */
export async function importImage(
  { program, environment }: Engine,
  bin: string,
  folder: string,
  ...flags: string[]
): Promise<void> {
  const root = join(folder, 'image');
  mkdirSync(join(root, 'bin'), { recursive: true });
  const script = `cp "$1/busybox" "$2/bin/" && "$1/busybox" --install -s "$2/bin" && for link in "$2"/bin/*; do
    [ -L "$link" ] && ln -sfn busybox "$link"; done; image=$2 && shift 2 && tar -C "$image" -c . | "$@"`;
  const client = [program, 'import', ...flags, '--change', 'ENV PATH=/bin', '-', IMAGE];
  await new Promise<void>((resolve, reject) => {
    execFile('sh', ['-c', script, 'image', bin, root, ...client], { env: environment }, (error, _stdout, stderr) =>
      error ? reject(new Error(stderr || error.message)) : resolve(),
    );
  });
  rmSync(root, { recursive: true });
}

/** Removes one container after another until none is left. @param ids lists the remaining ones */
export async function clearContainers(engine: Engine, ids: () => Promise<string[]>): Promise<boolean> {
  const left = await ids();
  if (left.length === 0) return true;
  // The engine itself removes those with --rm meanwhile, which the client reports as an error.
  // Podman would wait for each one that ignores SIGTERM.
  await engine.command('rm', '-fv', ...(engine.program === 'podman' ? ['-t', '0'] : []), ...left);
  return false;
}

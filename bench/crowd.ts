import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Many idle processes in their own process group, and ended with it. */
export class Crowd {
  private constructor(private readonly shell: ChildProcess) {}

  static async of(size: number): Promise<Crowd> {
    const script = `i=0; while [ $i -lt ${size} ]; do sleep 3600 & i=$((i+1)); done; echo ready; wait`;
    const shell = spawn('/bin/sh', ['-c', script], { detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise<void>((resolve, reject) => {
      shell.stdout?.once('data', () => resolve());
      shell.once('exit', () => reject(new Error('the crowd could not be started')));
    });
    return new Crowd(shell);
  }

  /** The shell that all of them run under. */
  get pid(): number {
    return this.shell.pid as number;
  }

  async disperse(): Promise<void> {
    const gone = new Promise((resolve) => this.shell.once('exit', resolve));
    process.kill(-this.pid, 'SIGKILL');
    await gone;
  }
}

/** Resident memory of a process in bytes, with shared pages divided among the processes that share them (`Pss`). */
export function proportionalMemory(pid: number): number {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1');
  return Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1]) * 1024;
}

import { type ChildProcess, spawn } from 'node:child_process';
import { linkSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Sandbox } from './sandbox';

/** Sleeps for 5 minutes with any arguments, as no installed program does. ppoll(0, 0, {300, 0}, 0); exit(0) */
const CODE: Readonly<Record<string, { machine: number; bytes: string }>> = {
  // lea rdx,[rip+23]; xor edi,edi; xor esi,esi; xor r10d,r10d; mov eax,271; syscall; mov eax,60; syscall
  x64: { machine: 62, bytes: '488d1517000000 31ff 31f6 4531d2 b80f010000 0f05 b83c000000 0f05 9090' },
  // adr x2,#40; mov x0..x1,x3..x4,#0; mov x8,#73; svc 0; mov x0,#0; mov x8,#93; svc 0; nop
  arm64: {
    machine: 183,
    bytes: '42010010 000080d2 010080d2 030080d2 040080d2 280980d2 010000d4 000080d2 a80b80d2 010000d4',
  },
};
/** Its load address; the code begins after the 64 + 56 bytes of headers. */
const ADDRESS = 0x400000;
const HEADERS = 64 + 56;

/** Starts what JSON on stdin lists as `[file, ...arguments]`, prints the pids, and waits. */
const STARTER = `
import json, os, sys, time
env = dict(os.environ)
null = [(os.POSIX_SPAWN_OPEN, fd, '/dev/null', os.O_RDWR, 0) for fd in (0, 1, 2)]
print(json.dumps([os.posix_spawn(one[0], one[1:], env, file_actions=null) for one in json.load(sys.stdin)]), flush=True)
time.sleep(300)
`;

/** Real processes with any command lines: each has the arguments and the kernel's name of the real one. */
export class Lookalikes {
  private constructor(
    readonly child: ChildProcess,
    /** In the order of the commands. */
    readonly pids: readonly number[],
  ) {}

  /** @param commands argument lists; the last part of the first argument becomes the kernel's name */
  static async start(sandbox: Sandbox, commands: readonly (readonly string[])[]): Promise<Lookalikes> {
    const { folder, file: sleeper } = writeSleeper(sandbox);
    const files = new Map<string, string>();
    const fileOf = (command: string) => {
      const name = /[^/]*$/.exec(command.split(' ')[0] ?? '')?.[0] || 'program';
      const file = join(folder, name);
      if (!files.has(name)) linkSync(sleeper, file);
      files.set(name, file);
      return file;
    };
    const order = commands.map((args) => [fileOf(args[0] ?? ''), ...args]);
    const child = spawn('python3', ['-I', '-S', '-c', STARTER], {
      env: sandbox.environment,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    child.stdin?.end(JSON.stringify(order));
    let output = '';
    const pids = await new Promise<number[]>((resolve, reject) => {
      child.stdout?.setEncoding('utf8').on('data', (text) => {
        output += text;
        if (output.endsWith('\n')) resolve(JSON.parse(output));
      });
      child.once('error', reject).once('exit', () => reject(new Error('the starter ended')));
    });
    return new Lookalikes(child, pids);
  }
}

/** Writes the program into a sandbox. It reads nothing and ignores its arguments. */
export function writeSleeper(sandbox: Sandbox): { readonly folder: string; readonly file: string } {
  const folder = join(sandbox.path, 'lookalikes');
  mkdirSync(folder);
  const file = join(folder, '.sleeper');
  writeFileSync(file, sleeper(), { mode: 0o755 });
  return { folder, file };
}

/** The program as an ELF file. @throws on a processor that it was not written for. */
function sleeper(): Buffer {
  const code = CODE[process.arch];
  if (!code) throw new Error(`This test knows no program for ${process.arch}. Add one to ${__filename}.`);
  const bytes = Buffer.from(code.bytes.replaceAll(' ', ''), 'hex');
  const image = Buffer.alloc(HEADERS + bytes.length + 16);
  // ELF, 64 bits, little-endian; an executable with one segment: the whole file.
  Buffer.from('7f454c46020101', 'hex').copy(image);
  image.writeUInt16LE(2, 16);
  image.writeUInt16LE(code.machine, 18);
  image.writeUInt32LE(1, 20);
  image.writeBigUInt64LE(BigInt(ADDRESS + HEADERS), 24);
  image.writeBigUInt64LE(64n, 32);
  image.writeUInt16LE(64, 52);
  image.writeUInt16LE(56, 54);
  image.writeUInt16LE(1, 56);
  image.writeUInt32LE(1, 64);
  // The system writes the remaining time back, so the segment is writable.
  image.writeUInt32LE(7, 68);
  image.writeBigUInt64LE(BigInt(ADDRESS), 80);
  image.writeBigUInt64LE(BigInt(ADDRESS), 88);
  image.writeBigUInt64LE(BigInt(image.length), 96);
  image.writeBigUInt64LE(BigInt(image.length), 104);
  image.writeBigUInt64LE(0x1000n, 112);
  bytes.copy(image, HEADERS);
  image.writeBigUInt64LE(300n, HEADERS + bytes.length);
  return image;
}

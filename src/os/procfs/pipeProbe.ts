import { FreshRun } from '../../common/async';
import { nextTick } from '../../common/eventLoop';
import { PIPE_PROBE_TIMEOUT_MS } from '../../common/limits';
import { InspectError } from '../reason';
import { runProgram } from '../runCommand';

/** The result of one check of a pipe's reading end. `writers: false` comes from the kernel: no process can write to it. */
export interface PipeReading {
  readonly device: string;
  readonly inode: string;
  readonly writers: boolean;
}

/** Each file's line has about 30 bytes. */
const MAX_OUTPUT_BYTES = 1 << 20;

/*
 * Reopens each reading end, prints which file it really is, and polls for hang-up without reading. Opens non-blocking
 * and never as a controlling terminal, in case the descriptor now leads elsewhere. Prints `-` for anything but a pipe.
 */
const PERL = `require IO; require Fcntl;
for my $file (@ARGV) {
  my ($f, $said) = (undef, '-');
  if (sysopen($f, $file, Fcntl::O_RDONLY()|Fcntl::O_NONBLOCK()|Fcntl::O_NOCTTY()) and -p $f) {
    my @s = stat($f); my @p = (fileno($f), 0);
    IO::Poll::_poll(0, @p) < 0 or $said = "$s[0] $s[1] " . ($p[1] & 16 ? 0 : 1);
  }
  print "$said\\n";
}`;
const PYTHON = `import os, select, stat, sys
def look(file):
    f = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
    try:
        s = os.fstat(f)
        if not stat.S_ISFIFO(s.st_mode): return '-'
        p = select.poll()
        p.register(f, 0)
        return '%d %d %d' % (s.st_dev, s.st_ino, 0 if any(x[1] & select.POLLHUP for x in p.poll(0)) else 1)
    finally:
        os.close(f)
for file in sys.argv[1:]:
    try: print(look(file))
    except OSError: print('-')`;

// Perl first: it starts ten times as fast as Python.
const probers: readonly (readonly [program: string, args: readonly string[]])[] = [
  ['perl', ['-e', PERL, '--']],
  ['python3', ['-I', '-S', '-c', PYTHON]],
];
/** Pipes per run: command lines are limited. */
const MAX_FILES = 500;

interface Question {
  readonly file: string;
  readonly resolve: (reading: PipeReading) => void;
  readonly reject: (error: Error) => void;
}
let questions: Question[] = [];

/** Simultaneous callers share a run: a scan asks about hundreds of servers. */
const runs = new FreshRun(async () => {
  await new Promise((resolve) => setImmediate(resolve));
  while (questions.length > 0) {
    const now = questions.slice(0, MAX_FILES);
    questions = questions.slice(MAX_FILES);
    await answer(now);
  }
});

/**
 * Whether the pipe open as `file` (below `/proc/PID/fd`) has a writer in any process. Never reads from it: its bytes
 * are the server's. Node cannot poll without reading, so Perl or Python does it, within 1 s.
 * @throws InspectError when neither gives an answer.
 */
export function readPipe(file: string): Promise<PipeReading> {
  return new Promise((resolve, reject) => {
    questions.push({ file, resolve, reject });
    void runs.ask();
  });
}

/** Never rejects. */
async function answer(asked: readonly Question[]): Promise<void> {
  let open = asked;
  let failure: InspectError = new InspectError({ kind: 'no-pipe-probe' }, 'no means');
  for (const [program, args] of probers) {
    if (open.length === 0) return;
    await nextTick();
    const end = await runProgram({
      ...{ program, args: [...args, ...open.map(({ file }) => file)], environment: cleanEnvironment() },
      ...{ timeout: PIPE_PROBE_TIMEOUT_MS, maxOutput: MAX_OUTPUT_BYTES },
    });
    // Where one is missing or broken, the other may work.
    if (end.kind === 'not-run' && end.code === 'ENOENT') continue;
    const lines = end.kind === 'exited' && end.code === 0 ? linesOf(end.stdout, open.length) : undefined;
    if (lines) {
      open = open.filter(({ resolve }, index) => {
        const reading = parsePipeReading(lines[index] as string);
        if (reading) resolve(reading);
        return !reading;
      });
    }
    failure = new InspectError({ kind: 'pipe-unexamined', program });
  }
  for (const { reject } of open) reject(failure);
}

/** One line for each file; undefined for any other output. */
function linesOf(output: string, count: number): string[] | undefined {
  const lines = output.split('\n');
  return lines.length === count + 1 && lines.at(-1) === '' ? lines : undefined;
}

function parsePipeReading(line: string): PipeReading | undefined {
  const match = /^(\d+) (\d+) ([01])$/.exec(line);
  return match ? { device: match[1] as string, inode: match[2] as string, writers: match[3] === '1' } : undefined;
}

/** Variables such as PERL5OPT and PYTHONPATH would change what the script does. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const { PATH, HOME } = process.env;
  return { ...(PATH === undefined ? {} : { PATH }), ...(HOME === undefined ? {} : { HOME }), LC_ALL: 'C' };
}

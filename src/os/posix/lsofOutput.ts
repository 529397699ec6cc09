/** One open file as `lsof -F pcftdnPT` prints it. */
export interface OpenFile {
  readonly pid: number;
  /** Program's name as `lsof` shortens it. */
  readonly command: string;
  /** Number of the descriptor, or a word such as `cwd`. */
  readonly descriptor: string;
  /** `PIPE`, `unix`, `IPv4`, `REG`, …; '' when `lsof` could not find out. */
  readonly type: string;
  /** On macOS a pipe's or socket's own address in the kernel, `0x…`; '' when not told. */
  readonly device: string;
  /** For a pipe or socket its other end. */
  readonly name: string;
  /** `TCP`, `UDP` or ''. */
  readonly protocol: string;
  /** `ESTABLISHED`, `LISTEN`, … of a TCP socket. */
  readonly state: string;
}

/** The fields that {@link parseLsof} reads. `-nP`: no look-ups of names; `-w`: no warnings. */
export const LSOF_FIELDS = ['-nPw', '-F', 'pcftdnPT'] as const;

/** Parses field output: one field per line, its first character says which; `p` and `f` begin a process and a file. */
export function parseLsof(text: string): OpenFile[] {
  const files: { -readonly [Key in keyof OpenFile]: OpenFile[Key] }[] = [];
  let pid = 0;
  let command = '';
  for (const line of text.split('\n')) {
    const value = line.slice(1);
    const file = files.at(-1);
    switch (line[0]) {
      case 'p':
        pid = Number(value);
        command = '';
        break;
      case 'c':
        command = value;
        break;
      case 'f':
        files.push({ pid, command, descriptor: value, type: '', device: '', name: '', protocol: '', state: '' });
        break;
      case 't':
        if (file) file.type = value;
        break;
      case 'd':
        if (file) file.device = value;
        break;
      case 'n':
        if (file) file.name = value;
        break;
      case 'P':
        if (file) file.protocol = value;
        break;
      case 'T':
        if (file && value.startsWith('ST=')) file.state = value.slice('ST='.length);
        break;
    }
  }
  return files.filter((file) => Number.isInteger(file.pid) && file.pid > 0);
}

/** One open file as `lsof -F pcftdnPT` prints it. */
export interface OpenFile {
  readonly pid: number;
  /** Program's name as `lsof` shortens it. */
  readonly command: string;
  /** Number of the descriptor, or a word such as `cwd`. */
  readonly descriptor: string;
  /** `PIPE`, `unix`, `IPv4`, `REG`, …; '' when `lsof` does not know. */
  readonly type: string;
  /** On macOS a pipe's or socket's own address in the kernel, `0x…`; '' when `lsof` does not print it. */
  readonly device: string;
  /** For a pipe or socket its other end. */
  readonly name: string;
  /** `TCP`, `UDP` or ''. */
  readonly protocol: string;
  /** `ESTABLISHED`, `LISTEN`, … of a TCP socket. */
  readonly state: string;
}

/** The fields that {@link parseLsof} reads. `-nP`: no name resolution; `-w`: no warnings. */
export const LSOF_FIELDS = ['-nPw', '-F', 'pcftdnPT'] as const;

/** Which property of a file a line is, by its first character. */
const FILE_FIELDS = { t: 'type', d: 'device', n: 'name', P: 'protocol', T: 'state' } as const;
/** The prefix of a TCP connection's state. */
const STATE = 'ST=';

/** Parses field output: one field per line, its first character says which; `p` and `f` begin a process and a file. */
export function parseLsof(text: string): OpenFile[] {
  const files: { -readonly [Key in keyof OpenFile]: OpenFile[Key] }[] = [];
  let pid = 0;
  let command = '';
  for (const line of text.split('\n')) {
    const field = line[0];
    const value = line.slice(1);
    if (field === 'p') [pid, command] = [Number(value), ''];
    else if (field === 'c') command = value;
    else if (field === 'f') {
      files.push({ pid, command, descriptor: value, type: '', device: '', name: '', protocol: '', state: '' });
    } else Object.assign(files.at(-1) ?? {}, fileField(field, value));
  }
  return files.filter((file) => Number.isInteger(file.pid) && file.pid > 0);
}

function fileField(field: string | undefined, value: string): Partial<OpenFile> {
  const name = FILE_FIELDS[field as keyof typeof FILE_FIELDS];
  if (name === undefined) return {};
  if (name !== 'state') return { [name]: value };
  return value.startsWith(STATE) ? { state: value.slice(STATE.length) } : {};
}

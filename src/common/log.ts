/** What the core writes to; the editor's log channel has this shape. Never pass environment values or raw arguments. */
export interface Log {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** Warns once of each thing for as long as it stays the same: what is tried every second would fill a log. */
export interface OnceLog {
  /**
   * Logged unless its subject is known to be ill: its text may differ each time, as with a random name in it.
   * @param subject the message itself unless told
   */
  warn(message: string, subject?: string): void;
  /** Logged unless it is the last that was said about its subject. */
  warnOfChange(message: string, subject: string): void;
  /** The subject is well again: the next warning about it is a new one. */
  clear(subject: string): void;
  /** All that is wrong now: new ones are logged, and those that are no longer among them are forgotten. */
  warnAll(messages: readonly string[]): void;
}

/** @param write where it goes; the log's warnings unless told */
export function logOnce(log: Log, write: (message: string) => void = (message) => log.warn(message)): OnceLog {
  const said = new Map<string, string>();
  const warnOfChange = (message: string, subject: string) => {
    if (said.get(subject) === message) return;
    said.set(subject, message);
    write(message);
  };
  const warn = (message: string, subject = message) => {
    if (!said.has(subject)) warnOfChange(message, subject);
  };
  return {
    warn,
    warnOfChange,
    clear: (subject) => void said.delete(subject),
    warnAll: (messages) => {
      for (const subject of said.keys()) if (!messages.includes(subject)) said.delete(subject);
      for (const message of messages) warn(message);
    },
  };
}

/** What the core writes to; the editor's log channel has this shape. Never pass environment values or raw arguments. */
export interface Log {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** Warns once of each thing for as long as it stays the same: what is tried every second would fill a log. */
export interface OnceLog {
  /**
   * Logged unless it is the last that was said about its subject.
   * @param subject what the message is about, where its text may change; the message itself unless told
   */
  warn(message: string, subject?: string): void;
  /** The subject is well again: the next warning about it is a new one. */
  clear(subject: string): void;
  /** All that is wrong now: new ones are logged, and those that are no longer among them are forgotten. */
  warnAll(messages: readonly string[]): void;
}

/** @param write where it goes; the log's warnings unless told */
export function logOnce(log: Log, write: (message: string) => void = (message) => log.warn(message)): OnceLog {
  const said = new Map<string, string>();
  const warn = (message: string, subject = message) => {
    if (said.get(subject) === message) return;
    said.set(subject, message);
    write(message);
  };
  return {
    warn,
    clear: (subject) => void said.delete(subject),
    warnAll: (messages) => {
      for (const subject of said.keys()) if (!messages.includes(subject)) said.delete(subject);
      for (const message of messages) warn(message);
    },
  };
}

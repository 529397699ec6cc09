/** The shape of the editor's log channel. Never pass environment values or raw arguments. */
export interface Log {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** Logs each warning once for as long as its cause lasts: work that is tried every second would fill the log. */
export interface OnceLog {
  /**
   * Logs the first warning about a subject. Later texts may differ, for example by a random file name.
   * @param subject the message itself by default
   */
  warn(message: string, subject?: string): void;
  /** Logs a warning unless it equals the last one about its subject. */
  warnOfChange(message: string, subject: string): void;
  /** The problem is over: the next warning about the subject is logged again. */
  clear(subject: string): void;
  /** Takes all present problems: logs the new ones, and forgets those that are over. */
  warnAll(messages: readonly string[]): void;
}

/** @param write where the messages go; the log's warnings by default */
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

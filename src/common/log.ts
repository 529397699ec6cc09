/** What the core writes to; the editor's log channel has this shape. Never pass environment values or raw arguments. */
export interface Log {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

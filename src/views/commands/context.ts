import type { Actions } from '../actions';
import type { TextDocuments } from '../textDocuments';
import type { Row } from '../tree/rows';
import type { ToolCalls } from './toolCalls';

export interface CommandLog {
  info(message: string): void;
  error(message: string): void;
}

/** What command handlers work with. */
export interface CommandContext {
  readonly actions: Actions;
  readonly log: CommandLog;
  readonly documents: TextDocuments;
  readonly toolCalls: ToolCalls;
}

/** A row of the tree, a server's key from another extension or a keybinding, or nothing from the palette. */
export type Target = Row | string | undefined;

/** @throws with a remedy, which is shown and logged */
export type Handler = (context: CommandContext, target: Target) => Promise<void>;

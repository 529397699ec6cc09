import { mayBeValue } from '../runningPrograms';
import { OPEN_FRONT, PLACEHOLDER } from './pathWords';

/** What makes a command mean the same program wherever it runs. */
export type AnchorKind =
  /** An absolute path names what runs, or the folder that it runs from. */
  | 'path'
  /** A published package by its full name. */
  | 'package'
  /** An image or a container of an engine. */
  | 'image'
  /** A program that is found through PATH. */
  | 'program'
  /** None: the meaning of the words depends on the folder. */
  | 'folder';

export interface Anchor {
  readonly kind: AnchorKind;
  /** Placeholders in the words that name the program; their values need another proof. */
  readonly open: readonly string[];
  /** Its words contain relative paths of data, which distinguish servers where an entry has a folder. */
  readonly hasFolderData?: true;
  /** The same words run a module that is installed, wherever the folder does not take its place. */
  readonly module?: PythonModule;
}

/** `python -m NAME`. */
export interface PythonModule {
  readonly python: string;
  readonly name: string;
}

/** A program with such a name is no task runner. */
export const SPEAKS_MCP = /mcp|modelcontextprotocol|smithery/i;

export const BOUND: Anchor = { kind: 'folder', open: [] };
export const INSTALLED: Anchor = { kind: 'program', open: [] };

/** Placeholders that are values of flags do not matter where the folder decides; others may be what is run. */
export function bound(args: readonly string[]): Anchor | undefined {
  const isOpen = args.some((arg, at) => PLACEHOLDER.test(arg) && !arg.startsWith('-') && !mayBeValue(args, at));
  return isOpen ? undefined : BOUND;
}

/** @param path absolute, or one that begins with a placeholder. A placeholder in its middle may be any part of it. */
export function pathAnchor(path: string): Anchor | undefined {
  if (!PLACEHOLDER.test(path)) return { kind: 'path', open: [] };
  const front = OPEN_FRONT.exec(path)?.[1];
  return front === undefined || PLACEHOLDER.test(path.slice(front.length))
    ? undefined
    : { kind: 'path', open: [front] };
}

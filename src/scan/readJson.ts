import { isProcessId } from '../os/identity';

// Readers of what other windows wrote: each returns what it was asked for, or throws.

export function object(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('not an object');
  return value as Record<string, unknown>;
}

export function text(value: unknown): string {
  if (typeof value !== 'string') throw new Error('not a text');
  return value;
}

export function amount(value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new Error('not a number');
  return value;
}

export function flag(value: unknown): boolean {
  if (typeof value !== 'boolean') throw new Error('not a boolean');
  return value;
}

export function pid(value: unknown): number {
  if (!isProcessId(value)) throw new Error('not a pid');
  return value;
}

export function optional<T>(value: unknown, read: (value: unknown) => T): T | undefined {
  return value === undefined ? undefined : read(value);
}

/** A property that is left out where it is not there. */
export function maybe<K extends string, T>(
  json: Record<string, unknown>,
  key: K,
  read: (value: unknown) => T,
): { [P in K]?: T } {
  const value = json[key];
  return (value === undefined ? {} : { [key]: read(value) }) as { [P in K]?: T };
}

export function list<T>(value: unknown, read: (value: unknown) => T): T[] {
  if (!Array.isArray(value)) throw new Error('not a list');
  return value.map(read);
}

export function oneOf<T>(known: readonly T[], value: unknown): T {
  if (!known.includes(value as T)) throw new Error('not one that is known');
  return value as T;
}

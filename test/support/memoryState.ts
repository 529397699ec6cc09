import type { KeyValueState } from '../../src/registry/sessionMemory';

/** The editor's memory of a workspace: only plain JSON survives. */
export function memoryState(): { state: KeyValueState; stored: Map<string, unknown>; writes: string[] } {
  const stored = new Map<string, unknown>();
  const writes: string[] = [];
  const state: KeyValueState = {
    keys: () => [...stored.keys()],
    get: (key) => stored.get(key),
    update: async (key, value) => {
      writes.push(key);
      if (value === undefined) stored.delete(key);
      else stored.set(key, JSON.parse(JSON.stringify(value)));
    },
  };
  return { state, stored, writes };
}

/** An orphan, and the keys of those orphans that hold its stdin. */
export interface Held {
  readonly key: string;
  readonly heldWith: readonly string[];
}

/**
 * At most `limit` orphans, each with all holders of its stdin: without these it would be spared. A set that exceeds the
 * limit waits for a person.
 */
export function wholeSets<T extends Held>(orphans: readonly T[], limit: number): T[] {
  const byKey = new Map(orphans.map((one) => [one.key, one]));
  const chosen = new Set<T>();
  for (const orphan of orphans) {
    const set = new Set([orphan]);
    // The iteration includes members that are added on the way.
    for (const { heldWith } of set)
      for (const holder of heldWith.flatMap((key) => byKey.get(key) ?? [])) set.add(holder);
    const added = [...set].filter((one) => !chosen.has(one));
    if (chosen.size + added.length <= limit) for (const one of added) chosen.add(one);
  }
  return [...chosen];
}

/** An orphan, and the keys of those orphans that hold its stdin. */
export interface Held {
  readonly key: string;
  readonly heldWith: readonly string[];
}

/**
 * So many orphans as may be ended at a time, each with all who hold its stdin: without them it would be kept. What is
 * more than that together waits for a person.
 */
export function wholeSets<T extends Held>(orphans: readonly T[], limit: number): T[] {
  const byKey = new Map(orphans.map((one) => [one.key, one]));
  const chosen = new Set<T>();
  for (const orphan of orphans) {
    const set = new Set([orphan]);
    // A set is walked through to its end, what is added on the way included.
    for (const { heldWith } of set)
      for (const holder of heldWith.flatMap((key) => byKey.get(key) ?? [])) set.add(holder);
    const added = [...set].filter((one) => !chosen.has(one));
    if (chosen.size + added.length <= limit) for (const one of added) chosen.add(one);
  }
  return [...chosen];
}

import fc from 'fast-check';

// What is drawn at random. Zero is the plainest value, so that a failure shrinks to something readable.

export const ROLES = [
  'plain',
  'terminal',
  'editor',
  'runtime',
  'service',
  'subreaper',
  'client',
  'listed',
  'argsHidden',
  'terminalUnknown',
  'serviceUnknown',
] as const;
export const LIVES = ['alive', 'dead', 'zombie'] as const;
export const COOKIES = ['inherited', 'lost', 'stale', 'cut', 'otherHome'] as const;
export const USES = ['none', 'used', 'unknown'] as const;
export const PEERS = ['gone', 'unknown', 'alive'] as const;
export const USERS = ['own', 'other', 'unknown'] as const;
/** How the inspection just before the signal differs from the snapshot. */
export const RACES = ['none', 'gone', 'recycled', 'error', 'zombie', 'otherUser', 'editor', 'moved'] as const;
export const SERVERS = ['none', 'launched', 'adopted', 'foreign'] as const;

/** Draws `values[0]` in `plain` of 100 cases, and the others equally often in the rest. */
function mostly<T>(plain: number, values: readonly T[]): fc.Arbitrary<T> {
  const [first, ...rest] = values;
  const weight = Math.max(1, Math.round((100 - plain) / rest.length));
  return fc.oneof(
    // A failure shrinks to the plain value.
    { withCrossShrink: true },
    { weight: plain, arbitrary: fc.constant(first as T) },
    ...rest.map((value) => ({
      weight,
      arbitrary: fc.constant(value),
    })),
  );
}

const process = fc.record({
  parent: fc.nat(10_000),
  life: mostly(70, LIVES),
  reusesPid: mostly(85, [false, true]),
  sameTick: mostly(80, [false, true]),
  role: mostly(75, ROLES),
  leaves: mostly(75, [false, true]),
  user: mostly(92, USERS),
  cookie: mostly(85, COOKIES),
  ownsSession: mostly(75, [false, true]),
  server: mostly(40, SERVERS),
  rootRecorded: mostly(85, [true, false]),
  inCensus: mostly(60, [true, false]),
  race: mostly(88, RACES),
  use: mostly(80, USES),
  /** Which process is connected to it, if any: a member, a stranger, or one that has died since. */
  usedBy: fc.nat(10_000),
  stdin: mostly(75, PEERS),
  /** A number for any other choice. */
  any: fc.nat(10_000),
});
export type ProcessDraw = typeof process extends fc.Arbitrary<infer T> ? T : never;

const session = fc.record({
  otherScope: mostly(90, [false, true]),
  /** Its file is lost: only cookies show that it existed (L23). */
  lost: mostly(80, [false, true]),
  /** Its owner's start time was read in another time zone, or after the clock was set (K27). */
  shifted: mostly(85, [false, true]),
  /** `mcp-processes run` started its servers, for the process that it took for the client. */
  isWrapperSession: mostly(70, [false, true]),
  /** A record that names random processes (K13). */
  hostile: mostly(90, [false, true]),
});
export type SessionDraw = typeof session extends fc.Arbitrary<infer T> ? T : never;

/** Forests of `least` to `most` processes. */
export function forests(least: number, most: number) {
  return fc.record({
    processes: fc.array(process, { minLength: least, maxLength: most, size: 'max' }),
    sessions: fc.array(session, { minLength: 1, maxLength: 6 }),
    /** Whether a dead parent's children get another parent (POSIX) or keep its pid (Windows). */
    reparents: mostly(75, [true, false]),
    /** Which process is us. */
    self: fc.nat(10_000),
    neverReap: mostly(50, [false, true]),
  });
}
export type ForestDraw = ReturnType<typeof forests> extends fc.Arbitrary<infer T> ? T : never;

// What scripts/mutate.mjs breaks. Each `find` must occur exactly once in its file.
/** @typedef {{ what: string, file: string, find: string, put: string, also?: readonly [find: string, put: string] }} Mutant */

const IDENTITY = 'src/os/identity.ts';
const COOKIE = 'src/registry/cookie.ts';
const SCHEMA = 'src/registry/schema.ts';
const SHAPES = 'src/registry/shapes.ts';
const STORE = 'src/registry/sessionStore.ts';
const MEMBERS = 'src/judgement/members.ts';
const VERDICT = 'src/judgement/sessionVerdict.ts';
const TREE = 'src/judgement/processTree.ts';
const POLICY = 'src/judgement/killPolicy.ts';
const KIND_RULES = 'src/judgement/kindRules.ts';
const RULES = 'src/judgement/signalRules.ts';
const STDIN_STATUS = 'src/judgement/stdinStatus.ts';
const LADDER = 'src/reaping/ladder.ts';
const SIGNALS = 'src/reaping/signals.ts';
const TREE_SCAN = 'src/reaping/treeScan.ts';
const WATCH = 'src/reaping/stdinWatch.ts';
const ANCHOR = 'src/clients/anchor/anchor.ts';
const ANCHOR_KINDS = 'src/clients/anchor/kinds.ts';
const PATH_WORDS = 'src/clients/anchor/pathWords.ts';
const PROOF = 'src/clients/proof.ts';
const RECOGNISE = 'src/clients/recognise.ts';
const RUNNERS = 'src/clients/runners.ts';
const USES = 'src/scan/outsideUses.ts';
const TOGETHER = 'src/judgement/abandonedTogether.ts';
const SET = 'src/reaping/orphanedSet.ts';
const ABOVE = 'src/judgement/clientAbove.ts';

/**
 * A mutant for every rule of the kill policy. The names are read from the tables, so that a new rule gets one too.
 * @param {(file: string) => string} read
 */
export function ruleMutants(read) {
  /** @type {Mutant[]} */
  const mutants = [];
  for (const { file, tables } of [
    { file: RULES, tables: /signalRules: [^=]+= \{([^}]+)\}/g },
    { file: KIND_RULES, tables: /^ {2}(?:launched|adopted|foreign): \{([^}]+)\}/gm },
  ]) {
    const names = [...read(file).matchAll(tables)].flatMap(([, list]) => list?.match(/\w+/g) ?? []);
    if (names.length < 8) throw new Error(`The rules in ${file} are not where they were.`);
    for (const name of names) {
      const [head] = new RegExp(`^function ${name}\\([^)]*\\): Refusal \\| undefined \\{$`, 'm').exec(read(file)) ?? [];
      if (!head) throw new Error(`The rule ${name} is not where it was.`);
      mutants.push({ what: `rule ${name} never objects`, file, find: head, put: `${head}\n  return undefined;` });
    }
  }
  return mutants;
}

/** @type {readonly (readonly [what: string, file: string, find: string, put: string])[]} */
const TABLE = [
  ['kill policy: no rules by kind', POLICY, ' ?? objectionByKind(facts, entry)', ''],
  [
    'kill policy: the user’s confirmation waives nothing',
    KIND_RULES,
    "case 'user':\n      return undefined;",
    "case 'user':\n      return firstObjection(kindRules.foreign, facts as any, entry);",
  ],
  ['kill policy: the first rule is skipped', KIND_RULES, 'Object.values(rules)', 'Object.values(rules).slice(1)'],
  ['rule notUnderLiveOwner: editors do not count', RULES, 'ancestor.pid > 1 && isEditorProcess(ancestor)', 'false'],
  ['rule notUnderLiveOwner: live owners do not count', RULES, 'if (live.has(ancestor.pid))', 'if (false)'],
  ['rule notService: unknown is none', RULES, "if (service.kind === 'unknown')", 'if (false)'],
  [
    'rule notService: ignores what systemd has executed',
    RULES,
    "(kind === 'adopted' && service.isMain === false)",
    'false',
  ],
  [
    'rule notService: a stranger that systemd did not execute is no service',
    RULES,
    "kind === 'adopted' && service.isMain === false",
    'service.isMain === false',
  ],
  ['rule notService: the cookie proves nothing', RULES, ' || provenByCookie || (', ' || ('],
  [
    'rule notInUse: ignores what runs below the process',
    RULES,
    '[entry, ...descendantsOf(snapshot, entry.pid)]',
    '[entry]',
  ],
  ['rule notInUse: unknown is none', RULES, "if (outsideUse.kind === 'unknown')", 'if (false)'],
  [
    'rule notInUse: an unknown session is the root’s',
    RULES,
    'rootSession === undefined || (',
    'rootSession !== undefined && (',
  ],
  ['rule foreignIsAbandoned: one scan is enough', KIND_RULES, 'stdin.goneFor >= CONFIRM_FOREIGN_MS', 'true'],
  [
    'rule foreignIsAbandoned: unknown is gone',
    KIND_RULES,
    "if (stdin.peer.kind === 'unknown') return",
    'if (false) return',
  ],
  [
    'rules …IsAbandoned: a probe that was not made is none',
    KIND_RULES,
    "if (!stdin) return { rule, found: 'not asked' };\n  const",
    'if (!stdin) return undefined;\n  const',
  ],
  ['rules …IsAbandoned: a failed inspection is none', KIND_RULES, "peer.failure === 'failed'", 'false'],
  [
    'stdin: a failed inspection is hidden by another unknown',
    STDIN_STATUS,
    "unknowns.find(({ failure }) => failure === 'failed') ??",
    '',
  ],
  ['owner: unknown is dead', KIND_RULES, "session.kind === 'dead' ?", "session.kind !== 'live' ?"],
  ['sameProcess: any start', IDENTITY, " && a.scope !== '' && sameStart(a.start, b.start)", " && a.scope !== ''"],
  ['sameProcess: any scope', IDENTITY, "a.scope === b.scope && a.scope !== '' &&", ''],
  ['sameProcess: any pid', IDENTITY, 'return a.pid === b.pid && a.scope', 'return a.scope'],
  ['sameProcess: an unknown scope matches itself', IDENTITY, " && a.scope !== ''", ''],
  ['sameStart: ticks may differ a little', IDENTITY, "if (a[0] === 'e' && b[0] === 'e')", 'if (a[0] === b[0])'],
  ['startedNoLaterThan: always', IDENTITY, ': parent <= child;', ': true;'],
  ['isProcessId: pid 1', IDENTITY, 'value > 1 &&', 'value > 0 &&'],
  [
    'parents: any with that pid',
    TREE,
    'return startedNoLaterThan(parent.start, entry.start) ? parent : undefined',
    'return parent',
  ],
  ['session: no cross-check', VERDICT, 'if (contradiction)', 'if (false)'],
  ['session: other scopes', VERDICT, "if (snapshot.scope === '' || owner.scope !== snapshot.scope)", 'if (false)'],
  ['session: a live owner is dead', VERDICT, 'if (findAlive(snapshot, owner))', 'if (false)'],
  ['session: judged by one record', TREE_SCAN, 'session.records.flatMap(', 'session.records.slice(0, 1).flatMap('],
  ['cookieNames: any home', MEMBERS, 'cookie.home === session.home &&', ''],
  ['cookieNames: any session', MEMBERS, 'cookie.session === session.id &&', ''],
  ['cookieNames: any record', MEMBERS, 'cookie.record === record &&', ''],
  ['cookieNames: any owner', MEMBERS, '&&\n    sameProcess(cookie.owner, session.owner)', ''],
  [
    'membersOf: foreign cookies below',
    MEMBERS,
    'entry.pid, (one) => !belongsElsewhere(one, session, record))',
    'entry.pid)',
  ],
  [
    'membersOf: below foreign cookies',
    TREE,
    'if (seen.has(child.pid) || !isEntered(child)) continue;\n      seen.add(child.pid);\n      found.push(child);',
    'if (seen.has(child.pid)) continue;\n      seen.add(child.pid);\n      if (isEntered(child)) found.push(child);',
  ],
  [
    'membersOf: foreign cookies in the census',
    MEMBERS,
    "by === 'census' && belongsElsewhere(entry",
    'false && belongsElsewhere(entry',
  ],
  ['membersOf: other scopes', MEMBERS, 'if (session.owner.scope !== snapshot.scope) return [];', ''],
  ['membersOf: zombies', MEMBERS, 'if (below.zombie || members.has(below.pid)', 'if (members.has(below.pid)'],
  ['membersOf: no descendants', MEMBERS, 'of descendantsOf(snapshot, entry.pid, ', 'of [].filter('],
  ['membersOf: no carriers', MEMBERS, "if (cookieNames(cookie, session, record.id)) add(entry, 'cookie');", ''],
  [
    'findAlive: pid alone',
    MEMBERS,
    'return sameProcess(identityOf(snapshot, entry), identity) ? entry : undefined',
    'return entry',
  ],
  ['parseCookie: whatever follows', COOKIE, 'parts.length !== 6', 'parts.length < 6'],
  ['parseCookie: any version', COOKIE, " || parts[0] !== '1'", ''],
  ['schema: newer files are read', SCHEMA, 'if (schema > SCHEMA_VERSION)', 'if (false)'],
  ['schema: any identity', SHAPES, 'v.custom<number>(isProcessId)', 'v.number()'],
  ['schema: an unknown setting reaps', SCHEMA, "'off']), 'off')", "'off']), 'on')"],
  [
    'schema: a damaged wait is none',
    SCHEMA,
    'v.maxValue(MAX_GRACE_MS)), MAX_GRACE_MS)',
    'v.maxValue(MAX_GRACE_MS)), 0)',
  ],
  ['store: other homes', STORE, 'session.home !== folder.homeTag', 'false'],
  [
    'store: a claim that is lost counts as won',
    STORE,
    'if (isGone) return undefined;',
    'if (isGone) return { ...found, path, claimer };',
  ],
  ['stdin: unknown does not count', STDIN_STATUS, 'if (unknown) return unknown;', ''],
  ['stdin: members’ own pipes are clients', STDIN_STATUS, '.some((group) => group.has(pid))', '.some(() => false)'],
  [
    'stdin: tops by pid alone',
    TREE_SCAN,
    'const parent = parentOf(snapshot, entry);',
    'const parent = snapshot.processes.get(entry.ppid);',
  ],
  [
    'set: no server is ever held by an outsider',
    TOGETHER,
    "kind === 'gone') continue;",
    "kind !== 'no kind') continue;",
  ],
  ['set: a server that left the set still holds', TOGETHER, 'endable.delete(pid);\n', ''],
  ['set: a server held by one that left is not checked again', TOGETHER, 'asked.push(...(heldBy.get(pid) ?? []));', ''],
  ['set: holders are members even if some are hidden', STDIN_STATUS, 'holders.length > 0 && ', ''],
  [
    'set: one holder of several is enough',
    STDIN_STATUS,
    'holders.every((pid) => groups',
    'holders.some((pid) => groups',
  ],
  ['set: a server outside it has companions too', SET, 'if (!abandoned.get(key)?.endable.size) return new Set();', ''],
  [
    'set: what is spared is endable',
    TREE_SCAN,
    'if (spared === undefined && !runsUnderOtherUser',
    'if (!runsUnderOtherUser',
  ],
  ['set: a client of another user does not count', ABOVE, 'one.uid !== entry.uid', 'false'],
  [
    'set: a stdin held by companions needs no second scan',
    TREE_SCAN,
    "peer.kind === 'gone' || isHeldByCompanions",
    "peer.kind === 'gone'",
  ],
  [
    'set: a scan of another restarts the watch',
    TREE_SCAN,
    'stdinPeersOf(tree), outsideUsesOf(tree, members)]',
    'stdinPeersOf(tree), outsideUsesOf(tree, members), stdinStatusOf(tree)]',
  ],
  ['stdin watch: never restarts', WATCH, 'this.gone.delete(key);\n      return 0;', 'return 0;'],
  ['use: one hidden process spares all', USES, "ofAll.kind === 'none' || isOne", "ofAll.kind !== 'used' || isOne"],
  ['use: the server itself is not asked about', USES, 'isAskedWhole ? stayed : []', '[]'],
  ['use: what runs below a server is not part of it', USES, "use.kind === 'used' && belowIt", 'false && belowIt'],
  ['use: what has left a server is part of it', USES, ' && belowIt.has(entry.pid)', ''],
  [
    'use: a server is not spared as a whole',
    USES,
    "server.kind === 'none' ? (ofLeft.get(member) ?? NONE) : server",
    'ofLeft.get(member) ?? server',
  ],
  ['use: its own connections are strangers’', TREE_SCAN, 'insiders: new Set(insiders)', 'insiders: new Set()'],
  [
    'use: the client of mcp-processes run is no stranger',
    TREE_SCAN,
    "requester.by === 'own session' && !isGuessed ?",
    "requester.by === 'own session' ?",
  ],
  [
    'rule notInUse: the root of an adopted or foreign server is not asked',
    RULES,
    "server.kind !== 'launched' || server.isOwnerGuessed",
    '(server as any).isOwnerGuessed === true',
  ],
  [
    'rule notInUse: the root of mcp-processes run is not asked',
    RULES,
    "server.kind !== 'launched' || server.isOwnerGuessed",
    "server.kind !== 'launched'",
  ],
  [
    'rule notService: a chosen process is no stranger',
    RULES,
    "kind === 'foreign' || kind === 'user'",
    "kind === 'foreign'",
  ],
  [
    'rule notInUse: the terminal of a dead client is a use',
    RULES,
    'hasLeft ? whySeenInUse(facts, entry) : undefined',
    'whySeenInUse(facts, entry)',
  ],
  ['ladder: one empty scan is enough', LADDER, 'for (let round = 0; empty < 2 &&', 'for (let round = 0; empty < 1 &&'],
  ['ladder: empty scans need not follow each other', LADDER, '        empty = 0;\n', ''],
  [
    'ladder: the wait for end-of-file is shortened',
    LADDER,
    'from?.remaining ?? grace.stdin',
    'Math.min(from?.remaining ?? grace.stdin, 900)',
  ],
  [
    'ladder: the wait for SIGTERM is shortened',
    LADDER,
    'from.remaining : grace.term',
    'from.remaining : grace.term / 2',
  ],
  ['ladder: no SIGTERM', LADDER, 'await this.terminateNew(now);', ''],
  [
    'ladder: a slow scan eats the wait',
    LADDER,
    'let deadline: number | undefined;',
    'let deadline = clock.now() + wait;',
  ],
  [
    'ladder: no fresh decision before a signal',
    LADDER,
    'of await this.decide(scan, members)) {',
    'of (await this.firstOf(scan, members)).map((one) => ({ ...one, isFresh: () => true }))) {',
  ],
  ['ladder: a decision lasts', LADDER, 'decided.isFresh() ?', 'decided ?'],
  [
    'ladder: a failed scan is repeated',
    LADDER,
    'const scan = await this.options.scan();',
    'const scan = await this.options.scan().catch(() => this.options.scan());',
  ],
  [
    'ladder: waits for what is spared',
    LADDER,
    'return known?.reason === undefined || known.sent',
    'return known !== undefined || known.sent',
  ],
  [
    'ladder: a refused signal is sent again',
    LADDER,
    "else if (outcome !== 'gone') known.reason",
    "else if (outcome === 'never') known.reason",
  ],
  [
    'recognition: commands do not depend on their folder',
    ANCHOR_KINDS,
    "BOUND: Anchor = { kind: 'folder'",
    "BOUND: Anchor = { kind: 'path'",
  ],
  ['recognition: a relative path is not a path', PATH_WORDS, 'isDotted(value) || SCRIPT.test(value)', 'false'],
  ['recognition: every bare word is a server’s own', ANCHOR, '|| NEUTRAL.test(arg) ||', '|| arg !== undefined ||'],
  [
    'recognition: placeholders are ignored',
    ANCHOR_KINDS,
    "{ kind: 'path', open: [front] }",
    "{ kind: 'path', open: [] }",
  ],
  ['recognition: a folder need not be the entry’s', PROOF, '|| isInFolder(need', '|| true || isInFolder(need'],
  [
    'recognition: an unknown folder is the entry’s',
    PROOF,
    'if (running === undefined) return false',
    'if (running === undefined) return true',
  ],
  ['recognition: anything fills a placeholder', PROOF, 'return closes(', 'return true || closes('],
  ['recognition: any folder is a plugin’s root', PROOF, 'return places.isPluginRoot(folder)', 'return true'],
  ['recognition: any variable fills a placeholder', PROOF, 'observed.variable(name) === value', 'true'],
  ['recognition: a program’s path does not matter', PROOF, 'return isInstalled(', 'return true || isInstalled('],
  ['recognition: a bin’s name proves its package', PROOF, 'return isInPackage(', 'return true || isInPackage('],
  ['recognition: nothing shadows a package', PROOF, 'return !isShadowed(', 'return true || !isShadowed('],
  ['recognition: one need is enough', PROOF, 'needs.every(', 'needs.some('],
  [
    'recognition: a bare name is its own proof',
    RUNNERS,
    "  return isNamed ? 'unproven' : undefined",
    "  return isNamed ? 'own' : undefined",
  ],
  ['recognition: a path needs no file', RECOGNISE, "return [{ kind: 'file', path: form.arg }]", 'return []'],
  ['signals: no permit needed', SIGNALS, 'if (!spendPermit(permit))', 'if (false)'],
  ['signals: a permit lasts', POLICY, 'permit.#isUnspent = false', 'permit.#isUnspent = true'],
  ['signals: no last check of the identity', SIGNALS, 'if (!sameProcess(', 'if (false && !sameProcess('],
  ['signals: an error is no reason', SIGNALS, "if (now.kind === 'error')", 'if (false)'],
  ['signals: to the group', SIGNALS, 'process.kill(identity.pid', 'process.kill(-identity.pid'],
];

/**
 * Remembers the decision of the first scan, which breaks the rule that each signal has its own decision.
 * @type {readonly [find: string, put: string]}
 */
const FIRST_DECISION = [
  'private readonly seen = new Map<',
  'private readonly first = new Map<object, any>();\n  private async firstOf(scan: any, some: readonly any[]) {\n' +
    '    const decided = [];\n    for (const member of some) {\n      const key = identityKey(member.identity) as any;\n' +
    '      if (!this.first.has(key)) this.first.set(key, (await this.decide(scan, [member]))[0]);\n' +
    '      decided.push(this.first.get(key));\n    }\n    return decided;\n  }\n  private readonly seen = new Map<',
];

/** @type {readonly Mutant[]} */
export const mutants = TABLE.map(([what, file, find, put]) => ({
  ...{ what, file, find, put },
  ...(what.startsWith('ladder: no fresh decision') && { also: FIRST_DECISION }),
}));

import type { Facts } from '../../../src/judgement/facts';
import { seen } from '../../../src/os/users';
import { among, editor, left, OWN, of, ofRun, type Row, target, USER } from './rows';
import { entry, type FactsChange, identity, machine, OTHER_SCOPE } from './table';

/** Rows for the rules that hold for every signal, by rule. */
export const signalRows: Record<string, readonly Row[]> = {
  identityMatches: [
    {
      what: 'K01 a recycled pid',
      spares: target({ start: 't900' }),
      refusal: { found: 'another process' },
      permits: target({}),
    },
    {
      what: 'K12 an identity of another scope',
      spares: among([], { identity: identity(500, 't500', OTHER_SCOPE) }),
      refusal: { found: 'another process' },
      permits: among([]),
    },
    {
      what: 'K27 an identity of another time source',
      spares: among([], { identity: identity(500, 'e500') }),
      refusal: { found: 'another process' },
      permits: among([]),
    },
    { what: 'L15 a zombie', spares: target({ zombie: true }), refusal: { found: 'a zombie' }, permits: target({}) },
  ],
  notAnothers: [
    {
      what: 'K04 K24 it has executed something with the cookie of another server since the scan',
      spares: among([], { carriesAnother: true }),
      refusal: {},
      permits: among([], { carriesAnother: false }),
    },
  ],
  notSystem: [
    ...[1, 0, -1, -500, 2.5].map((pid) => ({
      what: `K13 pid ${pid}`,
      // Not in the table, so that no other rule objects first.
      spares: among([], {
        identity: identity(pid, 't7'),
        inspection: { kind: 'present', entry: entry(pid, 0, { start: 't7', sid: 500 }) },
        // Otherwise pid 1 would be our own ancestor.
        ...(pid === 1 && { snapshot: machine(entry(100, 0)) }),
      }),
      refusal: {},
      permits: among([], {
        identity: identity(2, 't7'),
        inspection: { kind: 'present', entry: entry(2, 0, { start: 't7', sid: 500 }) },
      }),
    })),
  ],
  sameUser: [
    {
      what: 'K15 another user',
      spares: target({ uid: 1001 }),
      refusal: { found: 'another user' },
      permits: target({}),
    },
    {
      what: 'K15 root',
      spares: target({ uid: 0 }),
      refusal: { found: 'another user' },
      permits: target({ uid: 0 }, { ownUid: 0 }),
    },
    {
      what: 'K15 K09 its user is unknown',
      spares: target({ uid: undefined }),
      refusal: { found: 'unknown user' },
      permits: target({}),
    },
    {
      what: 'root reaps its own only',
      spares: target({}, { ownUid: 0 }),
      refusal: { found: 'another user' },
      permits: target({ uid: undefined }, { ownUid: undefined }),
    },
  ],
  notSelfOrAncestor: [
    {
      what: 'K07 ourselves',
      spares: among([], { identity: identity(200) }, 200),
      refusal: { found: 'self' },
      permits: among([]),
    },
    {
      what: 'K07 our shell',
      spares: among([], { identity: identity(100) }, 100),
      refusal: { found: 'ancestor' },
      permits: among([entry(100, 1, { start: 't201' })], { identity: identity(100, 't201') }, 100),
    },
    {
      what: 'K07 its shell, further up',
      spares: among([entry(90, 1), entry(100, 90)], { identity: identity(90) }, 90),
      refusal: { found: 'ancestor' },
      permits: among([entry(90, 1)], { identity: identity(90) }, 90),
    },
    {
      what: 'K09 a table without us',
      spares: among([], { self: identity(201) }),
      refusal: { found: 'self not listed' },
      permits: among([]),
    },
  ],
  notEditor: [
    {
      what: 'K07 an editor by name',
      spares: target({ name: 'code' }),
      refusal: {},
      permits: target({ name: 'code-mcp' }),
    },
    {
      what: 'K07 an extension host',
      spares: target({ args: ['node', 'x', '--type=extensionHost'] }),
      refusal: {},
      permits: target({ args: ['node', 'x', '--type=other'] }),
    },
  ],
  notService: [
    {
      what: 'K06 K24 the service manager itself started it, with an environment that has our cookie',
      spares: among([entry(900, 1, { name: 'systemd' })], {
        service: { kind: 'service', name: 'pipewire.service', isMain: true },
        provenByCookie: true,
      }),
      refusal: { found: 'main process', service: 'pipewire.service' },
      permits: among([entry(900, 1, { name: 'systemd' })], {
        service: { kind: 'service', name: 'code-server.service', isMain: false },
        provenByCookie: true,
      }),
    },
    {
      what: 'K06 the main process of a service',
      spares: target({}, { service: { kind: 'service', name: 'postgresql.service' } }),
      refusal: { found: 'perhaps main process', service: 'postgresql.service' },
      permits: target({}, { service: { kind: 'service', name: 'code-server.service' }, provenByCookie: true }),
    },
    {
      what: 'K06 adopted, and perhaps executed by the service manager; control: it has executed another one',
      spares: of('adopted', { service: { kind: 'service', name: 'code-server@user.service' } }),
      refusal: { found: 'perhaps main process', service: 'code-server@user.service' },
      permits: of('adopted', { service: { kind: 'service', name: 'code-server@user.service', isMain: false } }),
    },
    {
      what: 'K06 never seen alive: a daemon that forks is no child of what the service manager executed any more',
      spares: of('foreign', { service: { kind: 'service', name: 'x.service', isMain: false } }),
      refusal: { found: 'perhaps main process', service: 'x.service' },
      permits: of('adopted', { service: { kind: 'service', name: 'x.service', isMain: false } }),
    },
    {
      what: 'K06 control: what runs below one in its group',
      spares: target({}, { service: { kind: 'service', name: 'x.service' } }),
      refusal: { found: 'perhaps main process', service: 'x.service' },
      permits: among([entry(499, 1), entry(500, 499)], { service: { kind: 'service', name: 'x.service' } }),
    },
    {
      what: 'K06 for servers of others a user’s own service manager is init too',
      spares: of('foreign', {
        snapshot: machine(entry(498, 1, { name: 'systemd' }), entry(500, 498)),
        service: { kind: 'service', name: 'x.service' },
      }),
      refusal: { found: 'perhaps main process', service: 'x.service' },
      permits: among([entry(498, 1, { name: 'systemd' }), entry(500, 498)], {
        service: { kind: 'service', name: 'x.service' },
      }),
    },
    {
      what: 'K06 and for what the user chose',
      spares: among([entry(498, 1, { name: 'systemd' }), entry(500, 498)], {
        requester: USER,
        service: { kind: 'service', name: 'x.service' },
      }),
      refusal: { found: 'perhaps main process', service: 'x.service' },
      permits: among([entry(498, 1, { name: 'node' }), entry(500, 498)], {
        requester: USER,
        service: { kind: 'service', name: 'x.service' },
      }),
    },
    {
      what: 'K09 unknown',
      spares: target(
        {},
        { service: { kind: 'unknown', reason: { kind: 'system', code: 'EACCES' } }, provenByCookie: true },
      ),
      refusal: { found: 'unknown', reason: { kind: 'system', code: 'EACCES' } },
      permits: target({}),
    },
  ],
  notContainerRuntime: [
    ...['conmon', 'containerd-shim-runc-v2', 'containerd-shim', 'runc', 'crun', 'dockerd', 'podman'].map((name) => ({
      what: `K28 ${name}`,
      spares: target({ name }),
      refusal: { runtime: name },
      permits: target({ name: `${name.slice(0, 3)}-mcp` }),
    })),
    {
      what: 'K28 what runs in a container',
      spares: among([entry(498, 1, { name: 'containerd-shim' }), entry(499, 498), entry(500, 499)]),
      refusal: { runtime: 'containerd-shim' },
      permits: among([entry(498, 1, { name: 'containers-mcp' }), entry(499, 498), entry(500, 499)]),
    },
  ],
  notUnderLiveOwner: [
    {
      what: 'K04 K17 below the owner of a live session',
      spares: among([entry(400, 1), entry(500, 400)], { liveOwners: [identity(400)] }),
      refusal: { found: 'owner', pid: 400 },
      permits: among([entry(400, 1), entry(500, 400)]),
    },
    {
      what: 'K22 far below it',
      spares: among([entry(400, 1), entry(450, 400), entry(500, 450)], { liveOwners: [identity(400)] }),
      refusal: { found: 'owner', pid: 400 },
      permits: among([entry(400, 1), entry(450, 1), entry(500, 450)], { liveOwners: [identity(400)] }),
    },
    {
      what: 'K16 below a running editor',
      spares: among([entry(400, 1, editor), entry(500, 400)]),
      refusal: { found: 'editor', pid: 400 },
      permits: among([entry(400, 1), entry(500, 400)]),
    },
    {
      what: 'control: an editor that is pid 1 has everything orphaned below it',
      spares: among([entry(2, 0, editor), entry(500, 2)]),
      refusal: { found: 'editor', pid: 2 },
      permits: among([entry(1, 0, editor)]),
    },
    {
      what: 'our own server, but below another owner',
      spares: among([entry(400, 200), entry(500, 400)], { requester: OWN, liveOwners: [identity(400)] }),
      refusal: { found: 'owner', pid: 400 },
      permits: among([entry(400, 200), entry(500, 400)], { requester: OWN, liveOwners: [identity(200)] }),
    },
    {
      what: 'our own server, but in an editor that it started',
      spares: among([entry(400, 200, editor), entry(500, 400)], { requester: OWN }),
      refusal: { found: 'editor', pid: 400 },
      permits: among([entry(199, 100, editor), entry(200, 199, editor), entry(500, 200)], { requester: OWN }),
    },
    {
      what: 'confirmed by the user: not what another live session owns',
      spares: among([entry(400, 1), entry(500, 400)], { requester: USER, liveOwners: [identity(400)] }),
      refusal: { found: 'owner', pid: 400 },
      permits: among([entry(400, 1, editor), entry(500, 400)], { requester: USER }),
    },
  ],
  notInUse: [
    {
      what: 'K21 it has a terminal',
      spares: target({ hasTerminal: true }, left),
      refusal: { found: 'terminal', pid: 500 },
      permits: target({ hasTerminal: true }),
    },
    {
      what: 'K21 what is below it has one',
      spares: among([entry(501, 500, { hasTerminal: true })], left),
      refusal: { found: 'terminal', pid: 501 },
      permits: among([entry(501, 500, { hasTerminal: true, zombie: true })], left),
    },
    {
      what: 'K22 an editor is below it',
      spares: among([entry(501, 500, editor)], left),
      refusal: { found: 'editor', pid: 501 },
      permits: among([entry(501, 499, editor)], left),
    },
    {
      what: 'K23 it serves a client',
      spares: among([], { rootSession: 499, outsideUse: { kind: 'used', by: seen({ pid: 812 }) } }),
      refusal: { found: 'users', by: seen({ pid: 812 }) },
      permits: among([], { rootSession: 500, outsideUse: { kind: 'used', by: seen({ pid: 812 }) } }),
    },
    ...(
      [
        ['adopted', (change) => of('adopted', change)],
        ['foreign', (change) => of('foreign', change)],
        ['of mcp-processes run', ofRun],
      ] satisfies [string, (change?: FactsChange) => Facts][]
    ).flatMap(([kind, facts]): Row[] => [
      {
        what: `K33 ${kind}: the root itself serves a client`,
        spares: facts({ outsideUse: { kind: 'used', by: seen({ pid: 812, name: 'python3' }) } }),
        refusal: { found: 'users', by: seen({ pid: 812, name: 'python3' }) },
        permits: facts(),
      },
      {
        what: `K33 K09 ${kind}: whether it does is unknown`,
        spares: facts({ outsideUse: { kind: 'unknown', reason: { kind: 'program-failed', program: 'ss' } } }),
        refusal: { found: 'unknown', reason: { kind: 'program-failed', program: 'ss' } },
        permits: facts({
          outsideUse: { kind: 'unknown', reason: { kind: 'program-failed', program: 'ss' } },
          requester: USER,
        }),
      },
      {
        what: `K33 K09 ${kind}: whether it does was not examined`,
        spares: facts({ outsideUse: undefined }),
        refusal: { found: 'not asked' },
        permits: facts(),
      },
    ]),
    {
      what: 'K33 of mcp-processes run, ended by its own watcher',
      spares: ofRun({
        requester: { ...OWN, unasked: true },
        outsideUse: { kind: 'used', by: seen({ pid: 9, name: 'nc' }) },
      }),
      refusal: { found: 'users', by: seen({ pid: 9, name: 'nc' }) },
      // A window may stop what it launched.
      permits: of('launched', {
        requester: { ...OWN, unasked: true },
        outsideUse: { kind: 'used', by: seen({ pid: 9, name: 'nc' }) },
      }),
    },
    {
      what: 'the terminal of its dead client is no use of a server that stayed there',
      spares: of('foreign', { snapshot: machine(entry(500, 1, { hasTerminal: true })), rootSession: 499 }),
      refusal: { found: 'terminal', pid: 500 },
      permits: of('foreign', { snapshot: machine(entry(500, 1, { hasTerminal: true })), rootSession: 500 }),
    },
    {
      what: 'K09 terminal unknown',
      spares: target({ hasTerminal: undefined }, left),
      refusal: { found: 'terminal unknown' },
      permits: target({ hasTerminal: undefined }),
    },
    {
      what: 'K09 use unknown',
      spares: among([], {
        rootSession: 499,
        outsideUse: { kind: 'unknown', reason: { kind: 'program-missing', program: 'ss' } },
      }),
      refusal: { found: 'unknown', reason: { kind: 'program-missing', program: 'ss' } },
      permits: among([], {
        rootSession: 500,
        outsideUse: { kind: 'unknown', reason: { kind: 'program-missing', program: 'ss' } },
      }),
    },
    {
      what: 'K09 use not examined',
      spares: among([], { rootSession: 499 }),
      refusal: { found: 'not asked' },
      permits: among([], { rootSession: 499, outsideUse: { kind: 'none' } }),
    },
    {
      what: 'K09 a root session that is not known counts as left',
      spares: target({ hasTerminal: true }, { ...left, rootSession: undefined }),
      refusal: { found: 'terminal', pid: 500 },
      permits: target({}, { ...left, rootSession: undefined }),
    },
    {
      what: 'K09 a session of its own that is not known counts as left',
      spares: target({ sid: undefined, pgid: undefined, hasTerminal: true }, { outsideUse: { kind: 'none' } }),
      refusal: { found: 'terminal', pid: 500 },
      permits: target({ sid: undefined, pgid: undefined }, { outsideUse: { kind: 'none' } }),
    },
    {
      what: 'where sessions are unknown, a process in another group than the root’s counts as having left',
      spares: target({ sid: undefined, pgid: 77, hasTerminal: true }, { outsideUse: { kind: 'none' } }),
      refusal: { found: 'terminal', pid: 500 },
      // The root's own group.
      permits: target({ sid: undefined, hasTerminal: true }, { outsideUse: undefined }),
    },
    {
      what: 'confirmed by the user',
      spares: target({ hasTerminal: true }, left),
      refusal: { found: 'terminal', pid: 500 },
      permits: target({ hasTerminal: true }, { ...left, requester: USER }),
    },
  ],
  notListedToKeep: [
    ...(
      [
        ['server-500', 'server-501'],
        ['node server-500.js', 'node  server-500.js'],
        ['node*500', '500*node'],
        ['*', ''],
        ['**', 'Server-500'],
        ['s*r*5*0*.js', 's*r*5*0*.ts'],
      ] as const
    ).map(([listed, other]) => ({
      what: `K20 ${listed}`,
      spares: among([], { neverReap: ['something else', listed] }),
      refusal: { found: 'listed', pattern: listed },
      permits: among([], { neverReap: ['something else', other] }),
    })),
    {
      what: 'K20 what runs below a listed process',
      spares: among([entry(499, 1, { name: 'codegraphd' }), entry(500, 499)], { neverReap: ['codegraphd'] }),
      refusal: { found: 'listed', pattern: 'codegraphd' },
      permits: among([entry(499, 1, { name: 'codegraphd' })], { neverReap: ['codegraphd'] }),
    },
    {
      what: 'K20 K09 arguments that cannot be read',
      spares: target({ args: undefined }, { neverReap: ['x'] }),
      refusal: { found: 'unknown' },
      permits: target({ args: undefined }),
    },
    {
      what: 'K20 not even by its own session, unasked',
      spares: among([entry(500, 200)], { requester: { ...OWN, unasked: true }, neverReap: ['server-500'] }),
      refusal: { found: 'listed', pattern: 'server-500' },
      permits: among([entry(500, 200)], { requester: OWN, neverReap: ['server-500'] }),
    },
    {
      what: 'K20 not even when confirmed by the user',
      spares: among([], { requester: USER, neverReap: ['server-500'] }),
      refusal: { found: 'listed', pattern: 'server-500' },
      permits: among([entry(500, 200)], { requester: OWN, neverReap: ['server-500'] }),
    },
  ],
};

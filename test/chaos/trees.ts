import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { membersOf } from '../../src/judgement/members';
import { COOKIE_VARIABLE } from '../../src/registry/cookie';
import { readHistory } from '../../src/registry/history';
import { readSessions } from '../../src/registry/sessionStore';
import { censusOf } from '../../src/scan/scan';
import { FakeOwner, procfs } from '../support/fakeOwner';
import { programPath } from '../support/programs';
import { isAlive, Sandbox } from '../support/sandbox';
import { waitFor } from '../support/waitFor';
import { allOf, drawForest, namesOf, type Tree, writeScripts, writeStrangers } from './forest';
import { runRounds, seeded } from './random';
import { ChaosSession } from './session';
import { Side } from './side';
import { drawMultiplexer, Strangers, startLookAlike } from './strangers';

const GRACE = { stdin: 60, term: 60 };
/** A tree interrupted while it was being built may go on growing during the reap; the next window ends the rest. */
const MAX_SWEEPS = 3;
/** The time in which a tree is built: from before its first process to about its last. */
const LATEST_MS = 250;

/** What identifies the dead session's processes. */
type Arm = 'cookie' | 'census' | 'both';

export interface TreesReport {
  rounds: number;
  readonly arms: Record<Arm, number>;
  /** Rounds whose trees were all complete when their owner was killed; the others were still being built. */
  complete: number;
  /** Processes of dead sessions that were running when their owner was gone. */
  orphans: number;
  /** These and later processes, counted by how they ended. */
  readonly ended: Record<string, number>;
  /** Strangers that answered at the end. A missing one fails the round, as a left-over process does. */
  answered: number;
  /** Rounds that needed another sweep: their trees were still being built. */
  sweptAgain: number;
}

/**
 * Kills the owner of real, random process trees at a random moment, round after round: one sweep leaves nothing of
 * them, and every stranger beside them answers.
 * @param until the time after which no round starts (epoch ms)
 * @throws RoundError with the seed of the round that failed
 */
export async function treeRounds(rounds: number, seed: number, width: number, until?: number): Promise<TreesReport> {
  const report: TreesReport = {
    rounds: 0,
    arms: { cookie: 0, census: 0, both: 0 },
    complete: 0,
    orphans: 0,
    ended: {},
    answered: 0,
    sweptAgain: 0,
  };
  await runRounds(rounds, seed, width, (own) => new Round(own, report).run(), until);
  return report;
}

class Round {
  private readonly random: () => number;
  private readonly sandbox = new Sandbox();
  private readonly scripts = this.path('scripts');
  private readonly strangers = new Strangers();
  private readonly sides: Side[] = [];
  private readonly arm: Arm;
  private readonly trees: Tree[];
  /** Whether the owner dies after everything is running. Only then can a census be complete. */
  private readonly isComplete: boolean;
  private readonly isRecordLost: boolean;

  constructor(
    private readonly seed: number,
    private readonly report: TreesReport,
  ) {
    this.random = seeded(seed);
    this.arm = (['cookie', 'census', 'both'] as const)[this.below(3)] as Arm;
    this.trees = drawForest(this.random, this.arm === 'census');
    this.isRecordLost = this.arm === 'cookie' && seed % 2 === 0;
    this.isComplete = this.arm === 'census' || this.chance(0.4);
  }

  async run(): Promise<void> {
    try {
      await this.play();
    } catch (error) {
      const { arm, isComplete, sandbox } = this;
      const about = `arm ${arm}, ${isComplete ? 'complete' : 'incomplete'}`;
      throw new Error(`${(error as Error).message} (${about})\n${sandbox.log.join('\n')}`, { cause: error });
    } finally {
      await this.sandbox.dispose();
      for (const side of this.sides) side.close();
    }
  }

  private async play(): Promise<void> {
    const { trees, strangers, report, arm } = this;
    mkdirSync(this.scripts);
    writeScripts(this.scripts, trees);
    const inputs = ['host', ...trees.map(({ name }) => name)].map((name) => `in-${name}`);
    const names = ['host', ...allOf(trees).map(({ name }) => name)];
    const dead = this.side('dead', names, inputs);
    const editor = this.side('editor', ['editor', 'server']);

    const live = await this.startLive(names, inputs);
    const session = new ChaosSession(this.sandbox, dead, this.scripts, { CHAOS_EDITOR: editor.path });
    await session.owner.open();
    const kind = arm === 'census' && this.chance(0.5) ? 'adopted' : 'launched';
    const options = { cookie: arm !== 'census', kind, grace: GRACE } as const;
    await this.startStrangers(session, editor, options);
    await live();
    await this.startLookAlikes();

    // A session without a file has lost its registry; an existing file may lack a record.
    const hasFile = arm !== 'cookie' || this.chance(0.7);
    const records = () => (this.isRecordLost ? session.known.slice(0, 1) : session.known);
    const isRecordCompleted = arm !== 'cookie' && (arm === 'census' || this.chance(0.7));
    for (const { name } of trees) session.start(name, options);
    // As with a launch, the file exists before the first process.
    if (hasFile) session.owner.write({ records: records() });
    if (this.isComplete) await dead.complete(namesOf(trees));
    else await sleep(this.random() * LATEST_MS);
    if (isRecordCompleted) await session.find();
    if (arm === 'census' || (isRecordCompleted && this.chance(0.3))) await this.takeCensus(session);
    if (hasFile) session.owner.write({ records: records() });
    if (this.isComplete && hasFile && this.chance(0.2)) await this.sweepWhileLive(dead);
    if (this.chance(0.5)) dead.release();

    await session.owner.kill();
    const orphans = this.of(dead);
    assert.ok(orphans.length > 0, 'control: without a sweep they stay');
    const sweeps = await this.sweepAll(dead);
    report.answered += await strangers.check('after the sweep');
    report.rounds++;
    report.arms[arm]++;
    report.orphans += orphans.length;
    if (this.isComplete) report.complete++;
    if (sweeps > 1) report.sweptAgain++;
    for (const { processes } of readHistory(this.sandbox.folder, 0, 1_000)) {
      for (const { outcome } of processes) report.ended[outcome] = (report.ended[outcome] ?? 0) + 1;
    }
  }

  /** Starts a session with the same command lines, whose owner lives. @returns a wait until all of it is running. */
  private async startLive(names: string[], inputs: string[]): Promise<() => Promise<void>> {
    const { trees, strangers } = this;
    const side = this.side('live', names, inputs);
    const session = new ChaosSession(this.sandbox, side, this.scripts);
    await session.owner.open();
    for (const { name } of trees) session.start(name, { cookie: true, kind: 'launched', grace: GRACE });
    return async () => {
      const up = await side.complete(namesOf(trees));
      await session.find();
      if (this.chance(0.5)) await this.takeCensus(session);
      session.owner.write({ records: session.known });
      await strangers.add('the live owner', session.owner.child.pid as number);
      const answering = new Set(names);
      for (const [name, pid] of up) {
        await strangers.add(`live ${name}`, pid, answering.has(name) ? () => side.ask(name) : undefined);
      }
    };
  }

  /** Makes a server of the session start strangers: an editor with a server, and a terminal multiplexer. */
  private async startStrangers(
    session: ChaosSession,
    side: Side,
    options: Parameters<ChaosSession['start']>[1],
  ): Promise<void> {
    const { strangers, scripts } = this;
    const program = this.path('code');
    symlinkSync(programPath('sh') as string, program);
    const multiplexer = drawMultiplexer(this.random, this.sandbox, this.path('mux'));
    const isDaemon = this.arm === 'cookie' || this.chance(0.3);
    const how = isDaemon ? 'daemon' : this.seed % 2 === 0 ? 'plain' : 'setsid';
    writeStrangers(scripts, program, multiplexer.command, how);
    session.start('host', options);
    await session.side.complete(['host']);
    if (this.arm !== 'cookie') await session.find();
    const pid = (await side.complete(['editor'])).get('editor') as number;
    assert.equal(readFileSync(`/proc/${pid}/comm`, 'utf8'), 'code\n');
    // The editor's server has the dead session's cookie, or that of a live session in that editor.
    let cookie = '';
    if (this.chance(0.5)) {
      const inner = new FakeOwner(this.sandbox, ['true']);
      await inner.open(pid);
      inner.write();
      cookie = `${COOKIE_VARIABLE}='${inner.cookie(inner.id)}' `;
    }
    side.tell('editor', `${cookie}${this.chance(0.5) ? 'setsid ' : ''}sh '${join(scripts, 'server')}' &`);
    const server = (await side.complete(['server'])).get('server') as number;
    const carried = readFileSync(`/proc/${pid}/environ`, 'latin1').includes(`${COOKIE_VARIABLE}=`);
    assert.equal(carried, options.cookie, 'control: the editor carries the cookie');
    await strangers.add('the editor', pid, () => side.ask('editor'));
    await strangers.add("the editor's server", server, () => side.ask('server'));
    await strangers.add('the multiplexer', await waitFor('the multiplexer', multiplexer.ask), multiplexer.ask);
  }

  private async startLookAlikes(): Promise<void> {
    for (const [index, { name }] of this.trees.entries()) {
      const side = this.side(`alike-${index}`, [name]);
      startLookAlike(this.sandbox, join(this.scripts, name), side, this.chance(0.5));
      const pid = (await side.complete([name])).get(name) as number;
      await this.strangers.add(`look-alike ${index}`, pid, () => side.ask(name));
    }
  }

  private async takeCensus(session: ChaosSession): Promise<void> {
    session.owner.write({ records: session.known });
    const file = readSessions(this.sandbox.folder).sessions.find((one) => one.session.id === session.owner.id);
    const snapshot = await procfs().snapshot();
    await session.takeCensus(async (record) => censusOf(membersOf(snapshot, file?.session as never, record)));
  }

  /** A sweep that must end nothing, as the owner lives. */
  private async sweepWhileLive(dead: Side): Promise<void> {
    const before = this.of(dead);
    await (await this.sandbox.tracker()).sweep();
    for (const pid of before) assert.ok(isAlive(pid), `WRONG KILL: pid ${pid} while its owner lives`);
    await this.strangers.check('while the owner lives');
  }

  /** @returns the number of sweeps. @throws if there are too many, or if something is left. */
  private async sweepAll(dead: Side): Promise<number> {
    const tracker = await this.sandbox.tracker();
    for (let sweeps = 1; ; sweeps++) {
      await tracker.sweep();
      // During its `exec` a process shows no environment, so one reading may miss it.
      const left = [...this.of(dead), ...(await sleep(10, [])), ...this.of(dead)];
      if (left.length === 0) return sweeps;
      if (this.isComplete || sweeps === MAX_SWEEPS) {
        const names = [...dead.up()].filter(([, pid]) => left.includes(pid)).map(([name]) => name);
        throw new Error(`LEFT OVER after ${sweeps} sweeps: pids ${[...new Set(left)]} (${names})`);
      }
    }
  }

  /** Living processes of one side. */
  private of(side: Side): number[] {
    return this.sandbox.living().filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, 'latin1').includes(`\0CHAOS=${side.path}\0`);
      } catch {
        return false;
      }
    });
  }

  private side(name: string, names: string[], inputs: string[] = []): Side {
    const side = new Side(this.path(name), names, inputs);
    this.sides.push(side);
    return side;
  }

  private path(name: string): string {
    return join(this.sandbox.path, name);
  }

  private below(limit: number): number {
    return Math.floor(this.random() * limit);
  }

  private chance(share: number): boolean {
    return this.random() < share;
  }
}

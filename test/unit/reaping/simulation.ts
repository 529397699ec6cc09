import type { Clock } from '../../../src/common/clock';
import { evaluateKillPolicy } from '../../../src/judgement/killPolicy';
import type { Member } from '../../../src/judgement/members';
import { sameProcess } from '../../../src/os/identity';
import type { Platform, ProcessEntry, Snapshot } from '../../../src/os/platform';
import {
  type DecidedMember,
  type LadderOptions,
  type LadderProcess,
  runLadder,
  type TreeScan,
} from '../../../src/reaping/ladder';
import { reasonSentence } from '../../../src/wording/reasons';
import { codeOf } from '../../support/codes';
import { entry, factsOn, identity, recordOf, SCOPE } from '../judgement/table';

/** Above every pid that Linux assigns: even a signal sent by mistake reaches no process. */
const FIRST_PID = 5_000_000;

/** How a simulated process reacts to the end of its input and to signals: it ends that many ms later, or never. */
export interface Nature {
  readonly onEof?: number;
  readonly onTerm?: number;
  /** Default 0: at once. An explicit `undefined`: never (state D). */
  readonly onKill?: number | undefined;
  /** The error with which the kernel refuses signals. */
  readonly refuses?: 'EPERM' | 'ESRCH';
  /** Why the kill policy spares the process at a time; by default it never does. */
  readonly spared?: (at: number) => string | undefined;
  readonly sid?: number;
}

/** Processes, a clock that moves only while a caller sleeps, and a kernel that logs its calls. */
export class Simulation {
  now = 0;
  /** `<ms> <what>`, in order. */
  readonly log: string[] = [];
  /** When each scan began. */
  readonly scans: number[] = [];
  /** ms that a scan takes. */
  slowness: () => number = () => 0;
  /** ms that a decision takes. */
  decisionTime = 0;
  /** Fails the scans for which it gives an error message. */
  failing: (scan: number) => string | undefined = () => undefined;
  private readonly processes = new Map<number, { entry: ProcessEntry; nature: Nature }>();
  private readonly events: { at: number; run: () => void }[] = [];
  private lastPid = FIRST_PID;
  private readonly kill = process.kill;

  constructor() {
    process.kill = (pid, signal) => this.onSignal(pid, String(signal));
  }

  /** Restores `process.kill`. */
  dispose(): void {
    process.kill = this.kill;
  }

  /** Starts a process now. @returns its number from 1, as the log has it. */
  start(nature: Nature = {}): number {
    const pid = ++this.lastPid;
    this.processes.set(pid, { entry: entry(pid, 1), nature });
    return pid - FIRST_PID;
  }

  at(at: number, run: () => void): void {
    this.events.push({ at, run });
  }

  end(number: number): void {
    this.processes.delete(FIRST_PID + number);
  }

  /** Gives its pid to another process. */
  recycle(number: number): void {
    const pid = FIRST_PID + number;
    this.processes.set(pid, { entry: entry(pid, 1, { start: 't999999999' }), nature: { spared: () => 'a stranger' } });
  }

  get alive(): number[] {
    return [...this.processes.keys()].map((pid) => pid - FIRST_PID);
  }

  /** Runs the ladder. @returns `<number> <outcome>` per process, with the reason where there is one. */
  async runLadder(change: Partial<LadderOptions> = {}): Promise<string[]> {
    const processes = await runLadder({
      platform: this.platform,
      clock: this.clock,
      grace: recordOf().grace,
      from: undefined,
      closeStdin: () => this.onEof(),
      scan: () => this.scan(),
      onStep: (step, wait) => this.note(`step ${step} ${wait}`),
      ...change,
    });
    return processes.map(({ member, outcome, reason }: LadderProcess) =>
      [
        member.identity.pid - FIRST_PID,
        outcome,
        ...(reason ? [`(${codeOf(reason)}${'reason' in reason ? `: ${reasonSentence(reason.reason)}` : ''})`] : []),
      ].join(' '),
    );
  }

  readonly clock: Clock = {
    now: () => this.now,
    sleep: async (milliseconds) => {
      const until = this.now + milliseconds;
      for (;;) {
        const next = this.events.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
        if (!next) break;
        this.events.splice(this.events.indexOf(next), 1);
        this.now = Math.max(this.now, next.at);
        next.run();
      }
      this.now = until;
    },
  };

  readonly platform = {
    scope: SCOPE,
    inspect: async (pid: number) => {
      const found = this.processes.get(pid);
      return found ? { kind: 'present' as const, entry: found.entry } : { kind: 'gone' as const };
    },
  } as unknown as Platform;

  private async scan(): Promise<TreeScan> {
    const error = this.failing(this.scans.length);
    this.scans.push(this.now);
    await this.clock.sleep(this.slowness());
    if (error !== undefined) throw new Error(error);
    const entries = [...this.processes.values()]
      .map((one) => one.entry)
      .filter(({ start, pid }) => start === `t${pid}`);
    const members = entries.map((one): Member => ({ entry: one, identity: identity(one.pid), by: 'root' }));
    return {
      members,
      decide: async (some) => {
        const decided: DecidedMember[] = [];
        for (const member of some) {
          await this.clock.sleep(this.decisionTime);
          const at = this.now;
          const isFresh = () => this.now - at <= 250;
          decided.push({ member, decision: this.decideOn(member), use: undefined, isFresh });
        }
        return decided;
      },
    };
  }

  private decideOn(member: Member) {
    const found = this.processes.get(member.identity.pid);
    const reason = found?.nature.spared?.(this.now);
    if (reason !== undefined)
      return { spared: { rule: 'notExamined', reason: { kind: 'said', text: reason } } as const };
    const own = entry(200, 1);
    const entries = [own, ...[...this.processes.values()].map((one) => one.entry)];
    const snapshot: Snapshot = { scope: SCOPE, takenAt: 0, processes: new Map(entries.map((one) => [one.pid, one])) };
    return evaluateKillPolicy(factsOn(snapshot, member.identity.pid, { identity: member.identity }));
  }

  private onEof(): void {
    this.note('eof');
    for (const [pid, { nature }] of this.processes) this.endAfter(pid, nature.onEof);
  }

  private onSignal(pid: number, signal: string): true {
    this.note(`${signal} ${pid - FIRST_PID}`);
    const found = this.processes.get(pid);
    const refusal = found?.nature.refuses ?? (found ? undefined : 'ESRCH');
    if (refusal) throw Object.assign(new Error(refusal), { code: refusal });
    const nature = found?.nature ?? {};
    if (signal === 'SIGTERM') this.endAfter(pid, nature.onTerm);
    else if (signal === 'SIGKILL') this.endAfter(pid, 'onKill' in nature ? nature.onKill : 0);
    return true;
  }

  private endAfter(pid: number, wait: number | undefined): void {
    if (wait === undefined) return;
    const doomed = this.processes.get(pid);
    const end = () => {
      const holder = this.processes.get(pid);
      if (doomed && holder && sameProcess(this.identityOf(holder), this.identityOf(doomed))) this.processes.delete(pid);
    };
    if (wait === 0) end();
    else this.at(this.now + wait, end);
  }

  private identityOf({ entry: { pid, start } }: { entry: ProcessEntry }) {
    return identity(pid, start);
  }

  private note(what: string): void {
    this.log.push(`${this.now} ${what}`);
  }
}

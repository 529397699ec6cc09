import assert from 'node:assert/strict';
import { isEditorProcess } from '../../../../src/judgement/editors';
import type { ProcessEntry } from '../../../../src/os/platform';
import { createPortablePlatform } from '../../../../src/os/portablePlatform';
import { parseLaunchctlServices } from '../../../../src/os/posix/launchctlOutput';
import { type CommandResult, commandEnvironment } from '../../../../src/os/runCommand';
import { readScopeParts } from '../../../../src/os/scopeParts';
import { seen } from '../../../../src/os/users';
import { fixture, recorded } from '../fixture';

const SCOPE = 'e0123456789abcdef';
/** The recordings, with this process in place of the extension host, pid 412. */
const us = (text: string) =>
  text
    .replace(/^ *412 +1 +412/gm, `${process.pid} ${process.ppid} ${process.pid}`)
    .replace(/^( +733) +412/gm, `$1 ${process.pid}`)
    .replace(/ 412 (\/App)/g, ` ${process.pid} $1`)
    .replace(/^ +412 /gm, `${process.pid} `);
const PS = { '-o ppid=': us(fixture('macos-ps.txt')), 'ps -E': us(fixture('macos-ps-environment.txt')) };
const LAUNCHD = fixture('macos-launchctl-gui.txt');
const NO_DOMAIN: CommandResult = { code: 113, stdout: '', stderr: 'Could not find domain for user/501\n' };

function mac(answers: Record<string, string | CommandResult> = {}, listed: readonly number[] = [process.pid]) {
  const run = recorded({ ...answers, ...PS });
  const list = async () => listed.map((pid) => ({ pid }));
  return { run, platform: createPortablePlatform({ system: 'darwin', scope: SCOPE, run, list }) };
}

describe('the portable platform on macOS, from recordings', () => {
  it('reads the whole table', async () => {
    const { platform } = mac();
    const { processes, scope } = await platform.snapshot();
    assert.deepEqual([scope, processes.size], [SCOPE, 8]);
    const server = processes.get(733) as ProcessEntry;
    assert.deepEqual(
      [server.ppid, server.uid, server.sid, server.start, server.environmentReadable],
      [process.pid, 501, undefined, `e${Date.UTC(2024, 10, 7, 18, 59, 59) / 1000}`, true],
    );
    assert.match(server.cookie as string, /^1:0123456789abcdef:/);
    assert.deepEqual(processes.get(734)?.args, undefined);
    assert.deepEqual(await platform.self(), {
      pid: process.pid,
      start: processes.get(process.pid)?.start,
      scope: SCOPE,
    });
  });

  it('K07 K22 knows an editor from a single line', async () => {
    const { processes } = await mac().platform.snapshot();
    const server = processes.get(733) as ProcessEntry;
    const line = (text: string, name = 'node') => isEditorProcess({ ...server, name, args: [text] });
    assert.ok(isEditorProcess(processes.get(process.pid) as ProcessEntry));
    assert.ok(!isEditorProcess(server));
    assert.ok(line('/usr/lib/node /home/ann/.vscode-server/out/server-main.js --port=0'));
    assert.ok(
      line('/home/ann/node/bin/node --dns-result-order=ipv4first /opt/out/bootstrap-fork --type=extensionHost'),
    );
    assert.ok(line('/usr/share/code/code --no-sandbox'));
    assert.ok(!line('/opt/homebrew/bin/node /Users/ann/own/code'));
    assert.ok(!line('/opt/homebrew/bin/node /Applications/Cursor.app/Contents/Resources/server.js'));
  });

  it('K01 inspects: a changed start is an error; only a pid unknown to the kernel is gone', async () => {
    const { platform } = mac();
    assert.equal((await platform.inspect(733)).kind, 'present');
    assert.equal((await platform.inspect(4_194_304)).kind, 'gone');
    // This test's own parent is alive, and not in the recordings.
    assert.equal((await platform.inspect(process.ppid)).kind, 'error');
    let calls = 0;
    const table = us(fixture('macos-ps.txt'));
    const run = async (_: string, args: readonly string[]): Promise<CommandResult> => {
      if (args.includes('-E')) return { code: 0, stdout: PS['ps -E'], stderr: '' };
      const stdout = ++calls > 1 ? table.replace('18:59:59', '19:59:59') : table;
      return { code: 0, stdout, stderr: '' };
    };
    const changing = createPortablePlatform({ system: 'darwin', scope: SCOPE, run, list: async () => [] });
    assert.deepEqual(await changing.inspect(733), { kind: 'error', reason: { kind: 'changed' } });
  });

  it('K24 does not subtract arguments that changed meanwhile: they could pass for an environment', async () => {
    const line = '  733 sh -c exec server MCP_PROCESSES_COOKIE=from-arguments';
    const environments = PS['ps -E'].replace(/^ +733 .*$/m, line);
    const tables = ['sh -c exec server MCP_PROCESSES_COOKIE=from-arguments', 'sh -c exec server'].map((args) =>
      PS['-o ppid='].replace('/opt/homebrew/bin/node /Users/ann/server.js', args),
    );
    let calls = 0;
    const run = async (_: string, args: readonly string[]): Promise<CommandResult> => {
      const stdout = args.includes('-E') ? environments : (tables[calls++ % 2] as string);
      return { code: 0, stdout, stderr: '' };
    };
    const platform = createPortablePlatform({ system: 'darwin', scope: SCOPE, run, list: async () => [] });
    const found = await platform.inspect(733);
    for (const entry of [found.kind === 'present' && found.entry, (await platform.snapshot()).processes.get(733)]) {
      assert.ok(entry);
      assert.deepEqual(
        [entry.args, entry.cookie, entry.environmentReadable],
        [['sh -c exec server'], undefined, false],
      );
    }
  });

  it('K27 spares everything when our own start has moved: the clock was set', async () => {
    let table = us(fixture('macos-ps.txt'));
    const run = async (_: string, args: readonly string[]): Promise<CommandResult> => ({
      code: 0,
      stdout: args.includes('-E') ? PS['ps -E'] : table,
      stderr: '',
    });
    const platform = createPortablePlatform({ system: 'darwin', scope: SCOPE, run, list: async () => [] });
    await platform.snapshot();
    table = table.replaceAll('2024', '2023');
    await assert.rejects(platform.snapshot(), /clock-set/);
    assert.equal((await platform.inspect(733)).kind, 'error');
  });

  it('K09 refuses a table that `ps-list` contradicts', async () => {
    await assert.rejects(mac({}, [process.pid, process.ppid]).platform.snapshot(), /listed-once/);
    // Control: a process that ended in between is no contradiction.
    await mac({}, [process.pid, 4_194_304]).platform.snapshot();
  });

  it('K09 refuses the table of another namespace: it shows us under another parent, or not at all', async () => {
    for (const ours of [`${process.pid} ${process.ppid + 1} `, `${process.pid + 1} ${process.ppid} `]) {
      const table = us(fixture('macos-ps.txt')).replace(`${process.pid} ${process.ppid} `, ours);
      const run = recorded({ '-o ppid=': table, 'ps -E': PS['ps -E'] });
      const platform = createPortablePlatform({ system: 'darwin', scope: SCOPE, run, list: async () => [] });
      await assert.rejects(platform.snapshot());
      assert.equal((await platform.inspect(733)).kind, 'error');
    }
  });

  const identity = (pid: number, time: number[]) => ({
    pid,
    start: `e${Date.UTC(2024, 10, 7, ...time) / 1000}`,
    scope: SCOPE,
  });
  const SERVER = identity(733, [18, 59, 59]);

  it('K05 says who holds a stdin, and only for the process that was meant', async () => {
    const answers = { '-a -p 733': fixture('macos-lsof-stdin.txt'), lsof: fixture('macos-lsof-all.txt') };
    assert.deepEqual(await mac(answers).platform.stdinPeer(SERVER), {
      kind: 'alive',
      by: seen({ pid: 412, name: 'Code\\x20H' }),
    });
    const other = identity(733, [10, 0, 0]);
    assert.equal((await mac(answers).platform.stdinPeer(other)).kind, 'unknown');
    const gone = fixture('macos-lsof-stdin.txt').replace('n->0x1c9e55aa07f2b3d4', 'n');
    assert.equal((await mac({ lsof: gone }).platform.stdinPeer(SERVER)).kind, 'gone');
    assert.equal((await mac({ lsof: gone }).platform.stdinPeer(other)).kind, 'unknown');
    assert.deepEqual(await mac().platform.stdinPeer(SERVER), {
      ...{ kind: 'unknown', failure: 'no means' },
      reason: { kind: 'program-missing', program: 'lsof' },
    });
    const { platform } = mac({ lsof: gone }, [process.pid]);
    platform.inspect = async () => ({ kind: 'error', reason: { kind: 'changed' } });
    // The next probe may succeed, so a dead owner alone does not end an adopted server.
    assert.deepEqual(await platform.stdinPeer(SERVER), {
      kind: 'unknown',
      reason: { kind: 'changed' },
      failure: 'failed',
    });
  });

  it('K06 asks launchd about children of process 1', async () => {
    const role = (answers: Record<string, string | CommandResult>, who = identity(900, [19, 0, 4])) =>
      mac(answers).platform.serviceRole(who);
    const domains = { 'print system': LAUNCHD, 'print user': NO_DOMAIN, 'print gui': LAUNCHD };
    assert.deepEqual(await role(domains), { kind: 'none' });
    const main = { ...domains, 'print gui': LAUNCHD.replace(' 887 ', ' 900 ') };
    assert.deepEqual(await role(main), { kind: 'service', name: 'org.example.database' });
    // It has another parent, and launchd starts every job itself.
    assert.deepEqual(await role({}, SERVER), { kind: 'none' });
    assert.equal((await role(domains, identity(900, [10, 0, 0]))).kind, 'unknown');
    assert.equal((await role({})).kind, 'unknown', 'no launchctl');
    assert.equal((await role({ ...domains, 'print gui': 'something else' })).kind, 'unknown');
    assert.equal((await role({ ...domains, 'print system': NO_DOMAIN })).kind, 'unknown');
    assert.equal((await role({ ...domains, 'print gui': { ...NO_DOMAIN, stderr: 'Not privileged' } })).kind, 'unknown');
  });

  it('reads launchd’s services and nothing else', () => {
    const services = parseLaunchctlServices(LAUNCHD);
    assert.deepEqual(
      [...(services ?? [])],
      [
        [887, 'org.example.database'],
        [4242, 'com.example.helper'],
        [97811, 'application.com.example.Editor.53958277.53958923'],
      ],
    );
    assert.equal(parseLaunchctlServices(LAUNCHD.slice(0, LAUNCHD.indexOf('4242'))), undefined);
    assert.equal(parseLaunchctlServices(LAUNCHD.replace('78 ', '')), undefined);
    assert.equal(parseLaunchctlServices(''), undefined);
  });

  it('K23 finds connections, and says unknown without `lsof`', async () => {
    const sockets = fixture('macos-lsof-sockets.txt');
    const { platform } = mac({ lsof: sockets });
    assert.deepEqual(await platform.outsideUse([500], new Set([500])), {
      kind: 'used',
      by: seen({ pid: 501, name: 'psql' }),
    });
    assert.deepEqual(await platform.outsideUse([], new Set()), { kind: 'none' });
    assert.equal((await mac().platform.outsideUse([500], new Set([500]))).kind, 'unknown');
    // `lsof` shows the open files of the process, but no sockets.
    const own = sockets.slice(sockets.indexOf('p701'), sockets.indexOf('p702'));
    const blind = mac({ '-p 701': own, lsof: '' });
    assert.deepEqual(await mac({ '-p 701': own, lsof: sockets }).platform.outsideUse([701], new Set([701])), {
      kind: 'none',
    });
    assert.equal((await blind.platform.outsideUse([701], new Set([701]))).kind, 'unknown');
  });

  it('K33 simultaneous questions share one run, and each gets its own answer', async () => {
    const { platform, run } = mac({ lsof: fixture('macos-lsof-sockets.txt') });
    const uses = await Promise.all([500, 705, 700].map((pid) => platform.outsideUse([pid], new Set([pid]))));
    assert.deepEqual(uses, [
      { kind: 'used', by: seen({ pid: 501, name: 'psql' }) },
      { kind: 'none' },
      { kind: 'used', by: seen({ pid: 701, name: 'tmux' }) },
    ]);
    assert.equal(run.asked.filter((line) => line.startsWith('lsof')).length, 2);
    await platform.outsideUse([705], new Set([705]));
    assert.equal(run.asked.filter((line) => line.startsWith('lsof')).length, 4, 'never a run that began before');
  });

  it('K27 calls programs with a time zone, locale and PATH of its own', () => {
    const own = { PATH: '/Users/ann/bin', TZ: 'Asia/Tokyo', LC_ALL: 'ja_JP', PS_FORMAT: 'pid', HOME: '/Users/ann' };
    assert.deepEqual(commandEnvironment('darwin', own), {
      PATH: '/usr/bin:/bin:/usr/sbin:/sbin',
      TZ: 'UTC',
      LANG: 'C',
      LC_CTYPE: 'UTF-8',
      COMMAND_MODE: 'unix2003',
    });
    assert.deepEqual(commandEnvironment('linux', own), {
      PATH: '/Users/ann/bin',
      TZ: 'UTC',
      LANG: 'C',
      LC_CTYPE: 'C.UTF-8',
    });
  });

  it('K12 a scope needs machine and boot', async () => {
    const boot = '5D5E1C2A-0000-4000-8000-1234567890AB\n';
    const answers = { ioreg: fixture('macos-ioreg.txt'), sysctl: boot };
    assert.deepEqual(await readScopeParts('darwin', recorded(answers)), {
      kind: 'parts',
      parts: {
        machine: '0a1b2c3d-4e5f-5061-7283-94a5b6c7d8e9',
        boot: '5d5e1c2a-0000-4000-8000-1234567890ab',
        pidNamespace: 'only',
      },
    });
    const incomplete: Record<string, string>[] = [
      { sysctl: boot },
      { ioreg: answers.ioreg },
      { ...answers, sysctl: 'unknown oid' },
      { ...answers, ioreg: '' },
    ];
    for (const missing of incomplete) {
      assert.equal((await readScopeParts('darwin', recorded(missing))).kind, 'unknown');
    }
  });
});

// Small Python programs for odd circumstances. For those that start a session's owner, argv is a folder for owner.pid
// and the command.
import { readFileSync } from 'node:fs';
import { isAlive } from './sandbox';
import { waitFor } from './waitFor';

/** Adopts the owner's orphans, as `systemd --user` does. */
export const SUBREAPER = `
import ctypes, os, subprocess, sys, time
assert ctypes.CDLL(None).prctl(36, 1, 0, 0, 0) == 0
owner = subprocess.Popen(sys.argv[2:])
open(sys.argv[1] + '/owner.new', 'w').write(str(owner.pid))
os.rename(sys.argv[1] + '/owner.new', sys.argv[1] + '/owner.pid')
while True:
    try: os.wait()
    except ChildProcessError: time.sleep(0.05)
`;

/** Never waits for the owner, which stays a zombie. */
export const DEAD_OWNER_UNREAPED = `
import os, subprocess, sys, time
owner = subprocess.Popen(sys.argv[2:])
open(sys.argv[1] + '/owner.new', 'w').write(str(owner.pid))
os.rename(sys.argv[1] + '/owner.new', sys.argv[1] + '/owner.pid')
time.sleep(300)
`;

/** A program whose main thread ends at once while another one sleeps. @param first code to run before that */
export const withoutMainThread = (first = '') => `${first}
import ctypes, platform, threading, time
threading.Thread(target=time.sleep, args=(300,)).start()
ctypes.CDLL(None).syscall(60 if platform.machine() == 'x86_64' else 93, 0)
`;

/** Waits until the main thread of a process, and no other, has ended. */
export function mainThreadGone(pid: number): Promise<boolean> {
  const stat = () => readFileSync(`/proc/${pid}/stat`, 'latin1');
  return waitFor('its main thread is gone', () => / Z /.test(stat()) && isAlive(pid));
}

// Small Python programs that start a session's owner in odd circumstances. argv: folder for owner.pid, then the command.

/** Adopts what the owner leaves, as `systemd --user` does. */
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

/** Never asks what became of the owner, which stays a zombie. */
export const DEAD_OWNER_UNREAPED = `
import os, subprocess, sys, time
owner = subprocess.Popen(sys.argv[2:])
open(sys.argv[1] + '/owner.new', 'w').write(str(owner.pid))
os.rename(sys.argv[1] + '/owner.new', sys.argv[1] + '/owner.pid')
time.sleep(300)
`;

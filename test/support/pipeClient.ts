/** A client in Python: its server's stdin is a pipe, about which everything can be told without `ss`, too. */
export const PIPE_CLIENT = `import subprocess, sys, time
p = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
print(p.pid, flush=True)
time.sleep(600)`;

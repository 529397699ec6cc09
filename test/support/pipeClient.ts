/** A Python client: its server's stdin is a pipe, whose ends can be found without `ss`. */
export const PIPE_CLIENT = `import subprocess, sys, time
p = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
print(p.pid, flush=True)
time.sleep(600)`;

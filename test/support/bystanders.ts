// Programs that people run and that a reaper must not take for leaked servers. In Python; they end after 5 minutes.

/**
 * A terminal multiplexer: detaches itself, runs a shell in its own terminal, and answers each connection to the
 * socket argv[1] with its pid. argv[2], if given, becomes its name.
 */
export const MULTIPLEXER = `
import os, pty, signal, socket, sys
if os.fork(): os._exit(0)
os.setsid()
for name in ('SIGTERM', 'SIGHUP'): signal.signal(getattr(signal, name), signal.SIG_IGN)
signal.alarm(300)
pid, terminal = pty.fork()
if pid == 0: os.execvp('sleep', ['sleep', '300'])
listener = socket.socket(socket.AF_UNIX)
listener.bind(sys.argv[1]); listener.listen()
while True:
    client, _ = listener.accept()
    client.sendall(str(os.getpid()).encode()); client.close()
`;

/**
 * A database: detaches itself and serves argv[1], a Unix socket path, or a TCP port that it writes into that file when
 * argv[2] is "tcp". Answers each line with its pid and keeps the connection.
 */
export const DATABASE = `
import os, signal, socket, sys, threading
if os.fork(): os._exit(0)
os.setsid()
for name in ('SIGTERM', 'SIGHUP'): signal.signal(getattr(signal, name), signal.SIG_IGN)
signal.alarm(300)
tcp = sys.argv[2] == 'tcp'
listener = socket.socket(socket.AF_INET if tcp else socket.AF_UNIX)
listener.bind(('127.0.0.1', 0) if tcp else sys.argv[1]); listener.listen()
if tcp:
    open(sys.argv[1] + '.new', 'w').write(str(listener.getsockname()[1]))
    os.rename(sys.argv[1] + '.new', sys.argv[1])
def serve(client):
    while client.recv(100): client.sendall(str(os.getpid()).encode() + b'\\n')
    client.close()
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
`;

/** A client of a {@link DATABASE}: sends a line for each line of its stdin and prints the answer. */
export const DATABASE_CLIENT = `
import os, socket, sys
tcp = sys.argv[2] == 'tcp'
client = socket.socket(socket.AF_INET if tcp else socket.AF_UNIX)
client.connect(('127.0.0.1', int(open(sys.argv[1]).read())) if tcp else sys.argv[1])
for line in sys.stdin:
    client.sendall(b'?\\n')
    print(client.recv(100).decode().strip(), flush=True)
`;

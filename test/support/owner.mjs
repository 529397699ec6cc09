// Stands for an extension host where a test needs only the owner of a session: starts what each
// line of its stdin says, as a launch does, prints the pid, and lives until it is killed or its input ends. So it does
// not outlive a killed test run.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

createInterface({ input: process.stdin })
  .once('close', () => process.exit(0))
  .on('line', (line) => {
    const { command, args, env, plain } = JSON.parse(line);
    const child = spawn(command, args, { env, stdio: plain ? 'ignore' : ['pipe', 'ignore', 'ignore'], detached: true });
    child.once('spawn', () => process.stdout.write(`${child.pid}\n`));
    child.once('error', (error) => process.stdout.write(`${error.message}\n`));
  });

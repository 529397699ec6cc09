// Runs in its own namespaces: prints which platform is chosen there, or why none.
import { choosePlatform } from '../../../src/os/choosePlatform';
import { errorText } from '../../../src/wording/reasons';

choosePlatform().then(
  ({ name }) => process.stdout.write(`${name}\n`),
  (error: Error) => process.stdout.write(`${errorText(error)}\n`),
);

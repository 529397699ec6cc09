// What the guard loads only where it is asked for: a guard that has to end servers must start fast.
export { runWrapped } from '../wrapper/wrapper';
export { runCommandLine } from './commandLine';

import type { ReadServer } from '../clients/machineConfigs';
import type { StdioServerDefinition } from '../clients/serverDefinition';
import { layersOf } from '../clients/unwrap';
import { memoizeWeak } from '../common/memo';
import { programOf } from '../known/programs';
import { describeRun, engineVariablesOf, type RunDescription } from './containerRun';
import type { EngineAddress } from './engine';

/** A server that some configuration runs in a container. */
export interface ConfiguredRun {
  readonly run: RunDescription;
  /** How to ask the engine that it would run on. */
  readonly address: EngineAddress;
  readonly server: string;
  readonly client: string;
}

/**
 * Reads a definition whose variables have been replaced; undefined when it runs no container. The client is run by its
 * name alone, and the engine settings of a file inside a workspace are ignored: that server has not been started, so
 * that its file must not choose what is executed now.
 */
export function configuredRun(
  { command, args, env, source }: Pick<StdioServerDefinition, 'command' | 'args' | 'env' | 'source'>,
  { name, client }: { readonly name: string; readonly client: string },
): ConfiguredRun | undefined {
  for (const [first = '', ...rest] of layersOf([command, ...args])) {
    const program = programOf(first);
    const run = describeRun(program, rest);
    if (!run) continue;
    const isUsers = source.folder === undefined;
    const variables = Object.fromEntries(
      Object.entries(env).flatMap(([key, value]) => (typeof value === 'string' ? [[key, value]] : [])),
    );
    // The value of a variable is unknown there, and so is the engine.
    if (isUsers && Object.values(engineVariablesOf(variables)).some((value) => value.includes('${'))) return undefined;
    const chosen = engineVariablesOf({ ...engineVariablesOf(process.env), ...variables });
    const address = {
      program,
      globalFlags: isUsers ? run.globalFlags : [],
      environment: isUsers ? chosen : engineVariablesOf(process.env),
    };
    return { run, address, server: name, client };
  }
  return undefined;
}

/** Containers that the given servers run in; computed once for each list. */
export const configuredRuns = memoizeWeak((servers: readonly ReadServer[]): readonly ConfiguredRun[] =>
  servers.flatMap((one) => configuredRun(one.definition, one) ?? []),
);

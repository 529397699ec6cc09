import { resolve } from 'node:path';
import type { Basis } from '../model/evidence';
import type { KnownFolders } from './knownFolders';
import { realPath } from './paths';
import { isProven, type Observed, type Places } from './proof';
import { definitionMatcher, type Match } from './recognise';
import type { StdioServerDefinition } from './serverDefinition';
import { knownReadings, type Reading, type VariableContext } from './variables';

/** Why a process belongs to an entry; undefined where it does not, and in doubt. */
export interface EntryMatcher {
  (args: readonly string[], observed: Observed): Basis | undefined;
  /** Whether it has the entry's words, whatever else must be observed. */
  hasWords(args: readonly string[]): boolean;
}

/** Creates the test for one entry, with all possible values of its variables. */
export function entryMatcher(
  definition: StdioServerDefinition,
  context: VariableContext,
  folders: KnownFolders,
): EntryMatcher {
  const readings = knownReadings(definition, context).map((reading) => ({
    matchesOf: definitionMatcher(reading),
    places: placesOf(reading, definition, context, folders),
  }));
  const known = new WeakMap<readonly string[], readonly Candidate[]>();
  const candidatesFor = (args: readonly string[]): readonly Candidate[] => {
    const before = known.get(args);
    if (before) return before;
    const found: Candidate[] = [];
    for (const { matchesOf, places } of readings) for (const match of matchesOf(args)) found.push({ match, places });
    // Only matches are cached: nearly all of many processes have none.
    if (found.length > 0) known.set(args, found);
    return found;
  };
  return Object.assign(
    (args: readonly string[], observed: Observed) => {
      const proven = candidatesFor(args).find(({ match, places }) => isProven(match, observed, places));
      return proven && basisOf(proven.match, observed);
    },
    { hasWords: (args: readonly string[]) => candidatesFor(args).length > 0 },
  );
}

interface Candidate {
  readonly match: Match;
  readonly places: Places;
}

function basisOf({ anchor, needs }: Match, observed: Observed): Basis {
  if (anchor === 'folder') return { kind: anchor, folder: observed.folder() ?? '' };
  const opened = needs.find((need) => need.kind === 'placeholder');
  return opened ? { kind: 'placeholder', placeholder: opened.placeholder, value: opened.value } : { kind: anchor };
}

function placesOf(
  { cwd }: Reading,
  { source }: StdioServerDefinition,
  { userHome }: VariableContext,
  folders: KnownFolders,
): Places {
  const isSaid = cwd !== undefined || source.folder !== undefined;
  return {
    folder: isSaid ? realPath(resolve(source.folder ?? userHome, cwd ?? '.')) : undefined,
    isFolderSaid: isSaid,
    projects: () => folders.projects(),
    isPluginRoot: (folder) => source.file !== undefined && folders.isPluginRoot(folder, source.file),
    isProgramFolder: (folder) => folders.isProgramFolder(folder),
  };
}

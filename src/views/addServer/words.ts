import { l10n } from 'vscode';
import type { ServerEntry } from '../../clients/newServer/entry';
import type { CommandProblem, PackageKind, PackageProblem, VariablesProblem } from '../../clients/newServer/kinds';
import type { NameProblem } from '../../clients/newServer/names';
import { redactCommandLine } from '../../clients/redaction';
import { joinParts } from '../../wording/format';
import type { ServerPlace } from '../actions';

export function packageSentence(kind: PackageKind, problem: PackageProblem): string {
  if (problem === 'empty') return l10n.t('Enter a name.');
  switch (kind) {
    case 'npm':
      return l10n.t(
        'Enter a package such as @scope/name or name@1.2.3. For anything else, go back and choose Command.',
      );
    case 'python':
      return l10n.t('Enter a package such as name or name==1.2.3. For anything else, go back and choose Command.');
    case 'docker':
      return l10n.t(
        'Enter an image such as mcp/fetch or host/name:tag. For anything else, go back and choose Command.',
      );
  }
}

export function commandSentence(problem: CommandProblem | VariablesProblem): string {
  switch (problem) {
    case 'empty':
      return l10n.t('Enter a command line.');
    case 'noCommand':
      return l10n.t('This line does not name a program.');
    case 'severalCommands':
      return l10n.t("This line has several commands. Put them in a script, or use sh -c '…'.");
    case 'openQuote':
      return l10n.t('A quotation mark is not closed.');
    case 'shellSyntax':
      return l10n.t("This line needs a shell ($NAME, |, >, *, ; …). Quote those characters, or use sh -c '…'.");
    case 'tooLong':
      return l10n.t('This line is too long. Put it in a script.');
    case 'notAnAssignment':
      return l10n.t('Enter NAME=value pairs, separated by spaces. Quote values that contain spaces.');
  }
}

export function nameSentence(problem: NameProblem): string {
  switch (problem) {
    case 'empty':
      return l10n.t('Enter a name.');
    case 'taken':
      return l10n.t('A server with this name already exists.');
    case 'tooLong':
      return l10n.t('This name is too long.');
  }
}

/** Redacted. */
export function commandLineOf({ command, args = [] }: ServerEntry): string {
  return redactCommandLine([command, ...args]).join(' ');
}

/** What an entry says besides its command line; of variables their names only. */
export function surroundingsOf({ env = {}, envFile, cwd }: ServerEntry): string {
  const names = Object.keys(env).join(', ');
  const parts = [
    names === '' ? undefined : l10n.t('Environment: {0}', names),
    envFile === undefined ? undefined : l10n.t('Environment file: {0}', envFile),
    cwd === undefined ? undefined : l10n.t('Folder: {0}', cwd),
  ];
  return joinParts(parts);
}

interface PlaceWords {
  readonly label: string;
  readonly description: string;
  readonly detail: string;
}

export function placeWords({ scope, isRemote, file }: ServerPlace): PlaceWords {
  if (scope === 'workspace') {
    return {
      label: `$(root-folder) ${l10n.t('Workspace Settings')}`,
      description: file ?? '',
      detail: l10n.t('For this workspace, and for everyone who shares its files.'),
    };
  }
  return isRemote
    ? {
        label: `$(remote) ${l10n.t('Remote Settings')}`,
        description: 'settings.json',
        detail: l10n.t('For all workspaces on this machine.'),
      }
    : {
        label: `$(account) ${l10n.t('User Settings')}`,
        description: 'settings.json',
        detail: l10n.t('For all your workspaces.'),
      };
}

import { l10n } from 'vscode';
import type { CommandProblem, PackageKind, PackageProblem, VariablesProblem } from '../../clients/newServer/kinds';
import type { NameProblem } from '../../clients/newServer/names';

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

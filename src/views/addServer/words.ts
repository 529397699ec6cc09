import { l10n } from 'vscode';
import type { CommandProblem, PackageKind, PackageProblem, VariablesProblem } from '../../clients/newServer/kinds';
import type { NameProblem } from '../../clients/newServer/names';

export function packageSentence(kind: PackageKind, problem: PackageProblem): string {
  if (problem === 'empty') return l10n.t('Enter a name.');
  switch (kind) {
    case 'npm':
      return l10n.t(
        'An npm package is named like @scope/name or name@1.2.3. For anything else go back and choose Command.',
      );
    case 'python':
      return l10n.t(
        'A Python package is named like name or name==1.2.3. For anything else go back and choose Command.',
      );
    case 'docker':
      return l10n.t('An image is named like mcp/fetch or host/name:tag. For anything else go back and choose Command.');
  }
}

export function commandSentence(problem: CommandProblem | VariablesProblem): string {
  switch (problem) {
    case 'empty':
      return l10n.t('Enter a command line.');
    case 'noCommand':
      return l10n.t('There is no program in this line.');
    case 'severalCommands':
      return l10n.t("These are several commands. Put them into a script, or write sh -c '…'.");
    case 'openQuote':
      return l10n.t('A quote is not closed.');
    case 'shellSyntax':
      return l10n.t("Only a shell understands this ($NAME, |, >, *, ; …). Put it into quotes, or write sh -c '…'.");
    case 'tooLong':
      return l10n.t('This line is too long. Put it into a script.');
    case 'notAnAssignment':
      return l10n.t('Write NAME=value, and more of them separated by spaces. Put values with spaces into quotes.');
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

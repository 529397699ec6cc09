import { l10n } from 'vscode';
import {
  commandEntry,
  type PackageKind,
  packageProblem,
  splitArguments,
  splitVariables,
} from '../../../clients/newServer/kinds';
import { type Answers, isPackage } from '../answers';
import { askText, isMove, type Step } from '../steps';
import { commandSentence, packageSentence } from '../words';

// biome-ignore lint/suspicious/noTemplateCurlyInString: variables of the configuration
const VARIABLES = ['${workspaceFolder}', '${input:name}'] as const;

/** The command line that runs it. */
export const commandQuestion: Step<Answers> = {
  applies: ({ kind }) => kind === 'command',
  ask: async (state, frame) => {
    const command = await askText(frame, {
      value: state.command,
      prompt: l10n.t(
        'The full command line, as you would type it in a terminal. It is not run until you start the server.',
      ),
      placeholder: 'node /path/to/server.js --stdio',
      problemOf: (text) => problemIn(commandEntry(text, process.platform)),
    });
    return isMove(command) ? command : { ...state, command };
  },
};

/** The package or image that it is. */
export const packageQuestion: Step<Answers> = {
  applies: ({ kind }) => isPackage(kind),
  ask: async (state, frame) => {
    const kind = state.kind as PackageKind;
    const [prompt, placeholder] = packageWords(kind);
    const name = await askText(frame, {
      value: state.packages[kind] ?? '',
      prompt,
      placeholder,
      problemOf: (text) => {
        const problem = packageProblem(kind, text);
        return problem && packageSentence(kind, problem);
      },
    });
    return isMove(name) ? name : { ...state, packages: { ...state.packages, [kind]: name } };
  },
};

/** The arguments of a package or image. */
export const argumentsQuestion: Step<Answers> = {
  applies: ({ kind }) => isPackage(kind),
  ask: async (state, frame) => {
    const args = await askText(frame, {
      value: state.args,
      prompt: l10n.t('Arguments for the server, or leave this empty. {0} and {1} are replaced.', ...VARIABLES),
      placeholder: l10n.t('Arguments (optional)'),
      problemOf: (text) => problemIn(splitArguments(text, process.platform)),
    });
    return isMove(args) ? args : { ...state, args };
  },
};

/** The environment variables of a package or image. */
export const variablesQuestion: Step<Answers> = {
  applies: ({ kind }) => isPackage(kind),
  ask: async (state, frame) => {
    const variables = await askText(frame, {
      value: state.variables,
      prompt: l10n.t('Environment variables for the server, such as API_KEY=… LOG_LEVEL=debug, or leave this empty.'),
      placeholder: l10n.t('NAME=value (optional)'),
      problemOf: (text) => problemIn(splitVariables(text, process.platform)),
    });
    return isMove(variables) ? variables : { ...state, variables };
  },
};

function packageWords(kind: PackageKind): readonly [prompt: string, placeholder: string] {
  switch (kind) {
    case 'npm':
      return [l10n.t('Name of the npm package, which is run with npx.'), '@modelcontextprotocol/server-memory'];
    case 'python':
      return [l10n.t('Name of the Python package, which is run with uvx.'), 'mcp-server-fetch'];
    case 'docker':
      return [l10n.t('Name of the image, which is run with docker run -i --rm.'), 'mcp/fetch'];
  }
}

/** @param read what was read from a line, or the problem with it */
function problemIn(read: Parameters<typeof commandSentence>[0] | object): string | undefined {
  return typeof read === 'string' ? commandSentence(read) : undefined;
}

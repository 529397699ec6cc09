// `npm run l10n`: writes l10n/bundle.l10n.json, every message that src/ passes to `l10n.t`, for translators.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  isCallExpression,
  isIdentifier,
  isNoSubstitutionTemplateLiteral,
  isPropertyAccessExpression,
  isStringLiteral,
} from 'typescript/unstable/ast/is';
import { API } from 'typescript/unstable/sync';

/** @typedef {import('typescript/unstable/ast').Node} Node */
/** @typedef {import('typescript/unstable/ast').SourceFile} SourceFile */

const root = dirname(dirname(fileURLToPath(import.meta.url)));
export const BUNDLE = join(root, 'l10n/bundle.l10n.json');

/**
 * @returns {string} the text of the bundle's file: each message is its own key, as the editor looks it up
 * @throws Error that names a call whose message is not a literal: it would never be translated.
 */
export function bundleText() {
  const messages = [...new Set(sourceFiles().flatMap(messagesOf))].toSorted();
  return `${JSON.stringify(Object.fromEntries(messages.map((message) => [message, message])), undefined, 2)}\n`;
}

/** @returns {SourceFile[]} */
function sourceFiles() {
  const api = new API({ cwd: root });
  try {
    const config = join(root, 'tsconfig.json');
    const program = api.updateSnapshot({ openProject: config }).getProject(config)?.program;
    if (!program) throw new Error(`${config} is not a project.`);
    return program
      .getSourceFileNames()
      .filter((name) => relative(root, name).startsWith(`src${sep}`))
      .flatMap((name) => program.getSourceFile(name) ?? []);
  } finally {
    api.close();
  }
}

/** @param {SourceFile} file */
function messagesOf(file) {
  /** @type {string[]} */
  const found = [];
  /** @param {Node} node */
  const visit = (node) => {
    if (isTranslation(node)) found.push(messageOf(node, file));
    node.forEachChild(visit);
  };
  visit(file);
  return found;
}

/**
 * `l10n.t(…)` of either kind, and `vscode.l10n.t(…)`.
 * @param {Node} node
 * @returns {node is import('typescript/unstable/ast').CallExpression}
 */
function isTranslation(node) {
  if (!isCallExpression(node)) return false;
  const { expression: called } = node;
  if (!isPropertyAccessExpression(called) || called.name.text !== 't') return false;
  const { expression: of } = called;
  return (isPropertyAccessExpression(of) ? of.name : isIdentifier(of) ? of : undefined)?.text === 'l10n';
}

/**
 * @param {import('typescript/unstable/ast').CallExpression} call
 * @param {SourceFile} file
 */
function messageOf({ arguments: [message], pos }, file) {
  if (message && (isStringLiteral(message) || isNoSubstitutionTemplateLiteral(message))) return message.text;
  const line = file.text.slice(0, pos).split('\n').length;
  throw new Error(`${relative(root, file.fileName)}:${line}: the message of l10n.t must be a literal.`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  mkdirSync(dirname(BUNDLE), { recursive: true });
  writeFileSync(BUNDLE, bundleText());
}

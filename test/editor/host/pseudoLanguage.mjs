// A pseudo-language made from the English messages: a text that stays English in it is one that no translation will
// reach.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Microsoft's code for it, which no language pack uses. */
export const PSEUDO = 'qps-ploc';
const LETTERS = Object.fromEntries(
  [
    ...[
      'AÅ',
      'BƁ',
      'CÇ',
      'DÐ',
      'EÉ',
      'FƑ',
      'GĜ',
      'HĤ',
      'IÎ',
      'JĴ',
      'KĶ',
      'LĻ',
      'MṀ',
      'NÑ',
      'OÖ',
      'PÞ',
      'QǪ',
      'RŔ',
      'SŠ',
    ],
    ...[
      'TŢ',
      'UÛ',
      'VṼ',
      'WŴ',
      'XẊ',
      'YÝ',
      'ZŽ',
      'aå',
      'bƀ',
      'cç',
      'dð',
      'eé',
      'fƒ',
      'gĝ',
      'hĥ',
      'iî',
      'jĵ',
      'kķ',
      'lļ',
    ],
    ...['mṁ', 'nñ', 'oö', 'pþ', 'qǫ', 'rŕ', 'sš', 'tţ', 'uû', 'vṽ', 'wŵ', 'xẋ', 'yý', 'zž'],
  ].map(([plain, pseudo]) => [plain, pseudo]),
);
/** Arguments, link targets, icons and code stay as they are. */
const KEPT = /\{\d+\}|\]\([^)]*\)|\$\([\w-]+\)|`[^`]*`/g;

/**
 * Brackets around a text show whether it was put together from pieces, and where it is truncated.
 * @param {string} text
 */
export function pseudo(text) {
  const kept = text.match(KEPT) ?? [];
  const words = text.split(KEPT).map((part) => part.replace(/[A-Za-z]/g, (letter) => LETTERS[letter] ?? letter));
  return `⟦${words.map((part, index) => part + (kept[index] ?? '')).join('')}⟧`;
}

/**
 * Copies the built extension to another folder, and adds the pseudo-language.
 * @param {string} extension
 * @param {string} copy
 */
export function copyInPseudoLanguage(extension, copy) {
  mkdirSync(copy);
  for (const part of ['package.json', 'package.nls.json', 'dist', 'l10n', 'media']) {
    cpSync(join(extension, part), join(copy, part), { recursive: true });
  }
  for (const file of ['package.nls.json', 'l10n/bundle.l10n.json']) {
    const messages = Object.entries(JSON.parse(readFileSync(join(copy, file), 'utf8')));
    const translated = messages.map(([key, text]) => [key, pseudo(String(text))]);
    writeFileSync(
      join(copy, file.replace('.json', `.${PSEUDO}.json`)),
      JSON.stringify(Object.fromEntries(translated), undefined, 2),
    );
  }
}

/**
 * Writes an editor's files about an installed language pack. This one translates none of the editor's own texts.
 * @param {string} userData
 */
export function writeLanguagePack(userData) {
  const translation = join(userData, 'pseudo.json');
  writeFileSync(translation, JSON.stringify({ contents: {} }));
  writeFileSync(
    join(userData, 'languagepacks.json'),
    JSON.stringify({
      [PSEUDO]: {
        hash: 'pseudo',
        extensions: [{ extensionIdentifier: { id: 'pseudo.language-pack' }, version: '1.0.0' }],
        translations: { vscode: translation },
        label: 'Pseudo',
      },
    }),
  );
}

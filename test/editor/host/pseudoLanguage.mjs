// A language that nobody speaks, made of the English messages: in it, a text that stays English is one that no
// translation will reach.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Microsoft's name for it, which no language pack has. */
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
/** Arguments, addresses of links, icons and code stay as they are. */
const KEPT = /\{\d+\}|\]\([^)]*\)|\$\([\w-]+\)|`[^`]*`/g;

/**
 * Brackets around a text show that it was not put together from pieces, and where it is cut off.
 * @param {string} text
 */
export function pseudo(text) {
  const kept = text.match(KEPT) ?? [];
  const words = text.split(KEPT).map((part) => part.replace(/[A-Za-z]/g, (letter) => LETTERS[letter] ?? letter));
  return `⟦${words.map((part, index) => part + (kept[index] ?? '')).join('')}⟧`;
}

/**
 * The built extension in another folder, in the pseudo-language too.
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
 * What an editor keeps of an installed language pack; this one translates nothing of the editor's own.
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

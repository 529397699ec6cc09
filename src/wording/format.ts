import * as l10n from '@vscode/l10n';

let locale: string | undefined = 'en';

/** Numbers and moments follow the editor's language, whatever the system speaks. @param language as in `vscode.env.language` */
export function setLanguage(language: string): void {
  try {
    [locale] = Intl.getCanonicalLocales(language);
  } catch {
    // Not a language tag: English stays.
  }
}

const KB = 1024;
const MB = KB * 1024;
const GB = MB * 1024;

/** "512 KB", "120 MB", "1.5 GB"; undefined where unknown. */
export function formatMemory(bytes: number): string;
export function formatMemory(bytes: number | undefined): string | undefined;
export function formatMemory(bytes: number | undefined): string | undefined {
  if (bytes === undefined || !Number.isFinite(bytes) || bytes < 0) {
    return undefined;
  }
  // The thresholds are where rounding would print "1024" of the smaller unit.
  if (bytes < MB - KB / 2) {
    return l10n.t('{0} KB', decimal(Math.round(bytes / KB)));
  }
  if (bytes < GB - MB / 2) {
    const megabytes = bytes / MB;
    return l10n.t('{0} MB', decimal(megabytes < 9.95 ? megabytes : Math.round(megabytes)));
  }
  return l10n.t('{0} GB', decimal(bytes / GB));
}

function decimal(value: number): string {
  return value.toLocaleString(locale, { maximumFractionDigits: 1, useGrouping: false });
}

/** Date and time of day. */
export function formatMoment(at: number): string {
  return new Date(at).toLocaleString(locale);
}

export function formatTime(at: number): string {
  return new Date(at).toLocaleTimeString(locale);
}

/** "12 s", "5 min", "3 h", "2 d"; undefined where unknown. Coarse, so that a row does not change with every sweep. */
export function formatAge(startedAt: number | undefined, now: number): string | undefined {
  if (startedAt === undefined || !Number.isFinite(startedAt)) {
    return undefined;
  }
  // A clock that was set back must not print a negative age.
  const seconds = Math.max(0, Math.floor((now - startedAt) / 1000));
  if (seconds < 60) {
    return l10n.t('{0} s', seconds);
  }
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) {
    return l10n.t('{0} min', minutes);
  }
  const hours = Math.floor(minutes / 60);
  if (hours < 48) {
    return l10n.t('{0} h', hours);
  }
  return l10n.t('{0} d', Math.floor(hours / 24));
}

/** Last part of a path of either platform: the extension may show a Windows path it read from a record. */
export function folderName(folder: string): string {
  return (
    folder
      .replace(/[\\/]+$/, '')
      .split(/[\\/]/)
      .pop() || folder
  );
}

/** "node leaky.mjs" for "node /a/b/leaky.mjs --port 3": an interpreter's name alone does not distinguish its processes. */
export function processLabel(name: string, commandLine: string): string {
  const [, script] = commandLine.split(' ');
  return script !== undefined && /^[^-].*(?:[\\/]|\.[a-z]{1,4}$)/i.test(script)
    ? `${name} ${folderName(script)}`
    : name;
}

/** The short form that the engines' own clients show. */
export function shortId(containerId: string): string {
  return containerId.slice(0, 12);
}

/** The defined parts, with the separator of tree rows. */
export function joinParts(parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== '').join(' · ');
}

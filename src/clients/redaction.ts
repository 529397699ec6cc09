/** What stands where a secret stood. */
const HIDDEN = '•••';
const LONGEST = 8_192;

const SECRET_WORD =
  '(?:token|api[-_]?key|apikey|access[-_]?key|secret|password|passwd|pwd|auth|bearer|credentials?|private[-_]?key|cookie)';
/** A flag whose value is a secret. `--key-file path` and its like name files, which may be shown. */
const SECRET_FLAG = new RegExp(`^--?(?:[\\w-]*[-_])?${SECRET_WORD}$|^--?key$`, 'i');
const SECRET_ASSIGNMENT = new RegExp(`^(--?)?((?:[\\w.-]*[-_.])?(?:${SECRET_WORD}|key))=(.+)$`, 'is');
const URL_CREDENTIALS = /\b([a-z][a-z0-9+.-]{1,20}:\/\/)[^/\s@]{1,512}@/gi;
const URL_PARAMETER = new RegExp(
  `([?&](?:[\\w-]{0,40}[-_])?(?:${SECRET_WORD}|key|sig|signature|code)=)[^&\\s"']{1,2048}`,
  'gi',
);
const AUTHORIZATION = /\b(authorization["']?\s{0,4}[:=]\s{0,4}["']?(?:bearer|basic|token)?\s{0,4})[^\s"']{1,4096}/gi;
const BEARER = /\b(bearer\s{1,4})[\w.~+/=-]{8,4096}/gi;
/** Shapes that well-known issuers give their tokens. */
const KNOWN_SHAPES =
  /\b(?:gh[pousr]_[A-Za-z0-9]{16,255}|github_pat_\w{16,255}|sk-[\w-]{16,255}|xox[abprs]-[\w-]{8,255}|A(?:KIA|SIA)[A-Z0-9]{12,32}|glpat-[\w-]{16,255}|npm_[A-Za-z0-9]{20,255}|AIza[\w-]{30,60}|eyJ[\w-]{8,2048}\.[\w-]{8,4096}\.[\w-]{0,2048})/g;
const WORD_THEN_VALUE = new RegExp(
  `\\b((?:[\\w-]{0,40}[-_])?${SECRET_WORD}["']?(?:\\s{0,4}[:=]\\s{0,4}|\\s{1,4})["']?)([^\\s"']{4,4096})`,
  'gi',
);

/** Hides secrets in an argument list, for showing, storing and logging. One element in, one out. */
export function redactCommandLine(args: readonly string[]): string[] {
  // Some programs put their whole title into the first element.
  if (args.length === 1) return [redactText(args[0] as string)];
  let hideNext = false;
  return args.map((arg) => {
    if (hideNext && !arg.startsWith('-')) {
      hideNext = false;
      return HIDDEN;
    }
    hideNext = SECRET_FLAG.test(arg);
    const assignment = SECRET_ASSIGNMENT.exec(arg.slice(0, LONGEST));
    if (assignment) return `${assignment[1] ?? ''}${assignment[2]}=${HIDDEN}`;
    return redactShapes(arg.slice(0, LONGEST));
  });
}

/** Hides secrets in free text, such as a line of stderr or a command line in one piece. */
export function redactText(text: string): string {
  return redactShapes(text.slice(0, LONGEST)).replace(WORD_THEN_VALUE, (whole, words: string, value: string) =>
    value === HIDDEN || value.startsWith('-') ? whole : words + HIDDEN,
  );
}

/** Hides credentials in a URL. */
export function redactUrl(url: string): string {
  return redactShapes(url);
}

function redactShapes(text: string): string {
  return text
    .replace(URL_CREDENTIALS, `$1${HIDDEN}@`)
    .replace(URL_PARAMETER, `$1${HIDDEN}`)
    .replace(AUTHORIZATION, `$1${HIDDEN}`)
    .replace(BEARER, `$1${HIDDEN}`)
    .replace(KNOWN_SHAPES, HIDDEN);
}

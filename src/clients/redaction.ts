import { programNamed, programOf } from '../known/programs';
import { isSecretName } from './secretNames';

/** The replacement of a secret. */
const HIDDEN = '•••';
const MAX_LENGTH = 8_192;

const FLAG = /^--?([A-Za-z][\w.-]{0,80})$/;
const ASSIGNMENT = /^(--?)?([A-Za-z_][\w.-]{0,80})=(.+)$/s;
const VARIABLE = /^(-e|--env=)?([A-Za-z_]\w*)=(.+)$/s;
const USER_AND_PASSWORD = /^([^\s:]+):(?!\d+$).+$/s;

/** The last `@` before the host's end counts: a password may contain more. */
const URL_CREDENTIALS = /\b([a-z][a-z0-9+.-]{1,20}:\/\/)[^/\s"'?#]{1,512}@/gi;
/** A password with a slash; a port is no password. */
const URL_ODD_CREDENTIALS = /\b([a-z][a-z0-9+.-]{1,20}:\/\/)[^/\s"'@:]{0,256}:(?!\d{1,5}(?:[/?#]|$))[^\s"'@]{1,512}@/gi;
const URL_PARAMETER = /([?&](?:sig|code|key)=)[^&\s"']{1,2048}/gi;
const AUTHORIZATION =
  /\b((?:proxy-)?authorization\\?["']?\s{0,4}[:=]\s{0,4}\\?["']?(?:(?:bearer|basic|token|digest)\s{1,4})?)[^\s"'\\]{1,4096}/gi;
const COOKIES = /\b((?:set-)?cookie\s{0,4}:\s{0,4})[^"'\r\n]{1,4096}/gi;
const BEARER = /\b(bearer\s{1,4})(?!(?:auth\w*|tokens?)\b)[\w.~+/=-]{8,4096}/gi;
/** Shapes that well-known issuers give their tokens. */
const KNOWN_SHAPES =
  /\b(?:gh[pousr]_[A-Za-z0-9]{16,255}|github_pat_\w{16,255}|sk-[\w-]{16,255}|xox[abprs]-[\w-]{8,255}|A(?:KIA|SIA)[A-Z0-9]{12,32}|glpat-[\w-]{16,255}|npm_[A-Za-z0-9]{20,255}|AIza[\w-]{30,60}|eyJ[\w-]{8,2048}(?:\.[\w-]{0,4096}){0,2}|[rs]k_(?:live|test)_\w{8,255}|hf_[A-Za-z0-9]{16,255}|figd_[\w-]{16,255}|lin_api_\w{16,255}|sbp_\w{16,255}|ntn_\w{16,255}|tvly-[\w-]{8,255}|do[opr]_v1_\w{16,255}|ATATT[\w-]{16,512}|ya29\.[\w-]{16,2048}|gsk_\w{16,255}|r8_\w{16,255}|pplx-\w{16,255}|shp(?:at|ca|pa|ss)_\w{16,255}|SG\.[\w-]{8,64}\.[\w-]{8,255})/g;
/** A private key, or a line of one. */
const KEY_TEXT =
  /-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----[^-]{0,8192}|^(?=.*[\d+/])[A-Za-z0-9+/]{60,76}={0,2}$|\bMI[GI][A-Za-z0-9+/]{40,8192}={0,2}/gm;
/** Addresses that are secrets themselves: the path alone grants access. */
const SECRET_PATHS =
  /\b(https:\/\/(?:hooks\.slack\.com\/\w{1,20}\/|mcp\.zapier\.com\/|[\w.]{0,20}discord(?:app)?\.com\/api\/webhooks\/))[^\s"'?#]{1,1024}/gi;
/** Colour codes would separate a name from its value. */
const TERMINAL_CODES = /\u001b\[[\d;]{0,32}[A-Za-z]/g;
/** The name and separator of `name: value`, `"name": "value"`, `name=value`. */
const NAME = /(?<![\w.])([A-Za-z_][\w.-]{0,80})(\\?["']?)(\s{0,4}[:=]\s{0,4})/g;
const VALUE = /(\\?["'])(?!•)[^"'\r\n]{1,4096}?(?=\\?["'])|(?!•)[^\s"'&\\][^\s"'&]{0,4095}/y;
/** `--token value` within a text. */
const FLAG_VALUE = /(?<![\w-])(--?)([A-Za-z][\w.-]{0,80})(\s{1,4}["']?)([^\s"'-][^\s"']{0,4095})/g;

/** `-e NAME=value` within a text: environment values are never shown. */
const GIVEN_VARIABLE =
  /(?<![\w-])(-e\s{0,4}|--env[\s=])(["']?[A-Za-z_]\w{0,80})=(?!•)(?:"[^"]*"|'[^']*'|[^\s"']{1,4096})/g;

/** Hides secrets in an argument list, for showing, storing and logging. One element in, one out. */
export function redactCommandLine(args: readonly string[]): string[] {
  // Some programs put their complete title into the first element.
  if (args.length === 1) return [redactText(args[0] as string)];
  const program = programOf(args[0] ?? '');
  // Environment values are never shown, whatever their name.
  const givesVariables = program === 'env' || programNamed(program).isEngine === true;
  return args.map((argument, at) => {
    const arg = argument.slice(0, MAX_LENGTH);
    const flag = FLAG.exec((args[at - 1] ?? '').slice(0, MAX_LENGTH))?.[1];
    const value = flag === undefined ? undefined : redactValue(flag, arg);
    if (value !== undefined) return value;
    if (givesVariables && VARIABLE.test(arg)) return arg.replace(VARIABLE, `$1$2=${HIDDEN}`);
    return redactArgument(arg);
  });
}

/** The redacted value of a flag; undefined where the flag has no influence on it. */
function redactValue(flag: string, value: string): string | undefined {
  if (isSecretName(flag)) {
    // Tokens of some issuers begin with a dash, and hiding a flag instead of a value does no harm.
    return !value.startsWith('-') || /^-[^-].{7,}$/s.test(value) ? HIDDEN : undefined;
  }
  if (value.startsWith('-')) return undefined;
  if (/^(?:login|u|user)$/.test(flag)) return redactText(value.replace(USER_AND_PASSWORD, `$1:${HIDDEN}`));
  return flag === 'e' || flag === 'env' ? value.replace(VARIABLE, `$2=${HIDDEN}`) : undefined;
}

/** `--name=value`, `NAME=value`, or any text. */
function redactArgument(arg: string): string {
  const [, dashes = '', name, value] = ASSIGNMENT.exec(arg) ?? [];
  if (name === undefined || value === undefined) return redactText(arg);
  // `-Dpassword=…`, as for Java.
  const isProperty = dashes === '-' && /^D[a-z]/.test(name);
  const isSecret = isSecretName(isProperty ? name.slice(1) : name);
  return `${dashes}${name}=${isSecret ? HIDDEN : redactText(value)}`;
}

/** Hides secrets in free text, such as a line of stderr or a command line in one piece. */
export function redactText(text: string): string {
  return redactNamed(redactShapes(text.slice(0, MAX_LENGTH)))
    .replace(FLAG_VALUE, (match, dashes: string, name: string, gap: string) =>
      isSecretName(name) ? `${dashes}${name}${gap}${HIDDEN}` : match,
    )
    .replace(GIVEN_VARIABLE, `$1$2=${HIDDEN}`);
}

/** Hides credentials in a URL. */
export function redactUrl(url: string): string {
  return redactNamed(redactShapes(url));
}

function redactNamed(text: string): string {
  let result = '';
  let at = 0;
  NAME.lastIndex = 0;
  for (let found = NAME.exec(text); found; found = NAME.exec(text)) {
    const [, name = '', close, between = ''] = found;
    // "Press any key: …" is a sentence, `{"key": "…"}` is not.
    if (!isSecretName(name) || (name.toLowerCase() === 'key' && close === '' && between.includes(':'))) continue;
    VALUE.lastIndex = NAME.lastIndex;
    const value = VALUE.exec(text);
    if (!value) continue;
    result += text.slice(at, NAME.lastIndex) + (value[1] ?? '') + HIDDEN;
    at = VALUE.lastIndex;
    NAME.lastIndex = at;
  }
  return result + text.slice(at);
}

function redactShapes(text: string): string {
  return text
    .replace(TERMINAL_CODES, '')
    .replace(KEY_TEXT, HIDDEN)
    .replace(SECRET_PATHS, `$1${HIDDEN}`)
    .replace(URL_CREDENTIALS, `$1${HIDDEN}@`)
    .replace(URL_ODD_CREDENTIALS, `$1${HIDDEN}@`)
    .replace(URL_PARAMETER, `$1${HIDDEN}`)
    .replace(COOKIES, `$1${HIDDEN}`)
    .replace(AUTHORIZATION, `$1${HIDDEN}`)
    .replace(BEARER, `$1${HIDDEN}`)
    .replace(KNOWN_SHAPES, HIDDEN);
}

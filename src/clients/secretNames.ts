/** Last words of names whose values are secrets. */
const SECRET_WORDS = new Set(
  ['token', 'secret', 'password', 'passwd', 'passphrase', 'pwd', 'pass', 'auth', 'authorization', 'bearer', 'apikey']
    .concat(['credential', 'credentials', 'creds', 'cookie', 'pat', 'jwt', 'authtoken', 'accesstoken', 'secretkey'])
    .concat(['pw', 'psk', 'otp', 'totp', 'webhook'])
    .concat(['accesskey', 'privatekey', 'clientsecret', 'dsn', 'signature', 'connectionstring', 'apitoken']),
);
/** Words before `key` in names of public values. */
const OPEN_KEYS = new Set(['public', 'sort', 'primary', 'foreign', 'partition', 'group', 'hot', 'cache', 'any']);

/**
 * Whether a flag, variable, header or property of this name holds a secret: `--api-key`, `GITHUB_TOKEN`, `clientSecret`.
 * `--max-tokens`, `--key-file`, `author` and `monkey` do not.
 */
export function isSecretName(name: string): boolean {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .split(/[-_.]+/)
    .filter(Boolean);
  // `TOKEN_2`, `apiKey1`
  while (words.length > 1 && /^\d+$/.test(words.at(-1) as string)) words.pop();
  const last = (words.at(-1) ?? '').replace(/\d+$/, '');
  const before = words.at(-2) ?? '';
  // As in `--no-auth`.
  if (before === 'no') return false;
  if (SECRET_WORDS.has(last)) return true;
  if (last === 'key') return !OPEN_KEYS.has(before);
  return last === 'string' && (before === 'connection' || before === 'conn');
}

import assert from 'node:assert/strict';
import { redactCommandLine, redactText, redactUrl } from '../../../src/clients/redaction';

/** Stands for a secret in the cases below. */
const S = 'hunter2-Zx9';

describe('redaction', () => {
  it('hides a value that only the argument before it reveals', () => {
    const onlyLists = [
      ['srv', '--password', `-${S}`],
      ['srv', '--login', `me:${S}`],
      ['java', `-Dpassword=${S}`, '-jar', 'x'],
    ];
    for (const args of onlyLists) assert.ok(!redactCommandLine(args).join(' ').includes(S), args.join(' '));
    assert.deepEqual(redactCommandLine(['srv', '--auth', '-v']), ['srv', '--auth', '-v'], 'a flag of its own');
  });

  it('knows tokens with an issuer’s prefix, truncated tokens and private keys by their shape', () => {
    const body = 'aB3'.repeat(12);
    const prefixes = ['hf_', 'figd_', 'lin_api_', 'sbp_', 'ntn_', 'tvly-', 'dop_v1_', 'ATATT', 'ya29.', 'gsk_', 'r8_']
      .concat(['pplx-', 'sk_live_', 'rk_test_', 'shpat_'])
      .concat(['SG.abcdefgh12345678.']);
    const texts = [...prefixes.map((prefix) => prefix + body), `eyJhbGciOiJIUzI1.${body}`, `eyJ${body}`];
    for (const text of texts) {
      assert.ok(!redactText(`connecting with ${text} now`).includes(body), text);
    }
    const line = `${body}/${body}`.slice(0, 64);
    for (const text of [`-----BEGIN RSA PRIVATE KEY-----${line}`, line, `MIIEvQIBADAN${body}${body}`]) {
      assert.ok(!redactText(text).includes(body), text);
    }
  });

  const lists: readonly (readonly string[])[] = [
    ['srv', '--token', S],
    ['srv', `--token=${S}`],
    ['srv', '--api-key', S],
    ['srv', `--apiKey=${S}`],
    ['srv', `--apikey=${S}`],
    ['srv', '--key', S],
    ['srv', '--client-secret', S],
    ['srv', '--access-token', S],
    ['srv', '--accessToken', S],
    ['srv', '--db-password', S],
    ['srv', '-password', S],
    ['srv', '--passphrase', S],
    ['srv', '--pat', S],
    ['srv', '--connection-string', `Server=x;Password=${S};`],
    ['srv', `--dsn=mysql://u:${S}@h/db`],
    ['srv', '--auth', S],
    ['srv', `GITHUB_PERSONAL_ACCESS_TOKEN=${S}`],
    ['srv', `ANTHROPIC_API_KEY=${S}`],
    ['srv', `API_KEY_2=${S}`],
    ['docker', 'run', '-i', '--rm', '-e', `GITHUB_TOKEN=${S}`, 'img'],
    ['docker', 'run', '-i', '--rm', '-e', `ORDINARY=${S}`, 'img'],
    ['docker', 'run', '-i', `-eORDINARY=${S}`, 'img'],
    ['docker', 'run', '-i', `--env=ORDINARY=${S}`, 'img'],
    ['/usr/bin/podman', 'run', '--env', `ORDINARY=${S}`, 'img'],
    ['env', `ORDINARY=${S}`, 'srv'],
    ['claude', 'mcp', 'add', 'x', '-e', `ORDINARY=${S}`],
    ['curl', '-H', `Authorization: Bearer ${S}`],
    ['curl', '-H', `Authorization: Basic ${S}`],
    ['curl', '-H', `Authorization: ${S}`],
    ['curl', '-H', `authorization:${S}`],
    ['curl', '-H', `X-API-Key: ${S}`],
    ['curl', '-H', `Cookie: a=1; session=${S}; b=2`],
    ['curl', '-u', `me:${S}`],
    ['npx', 'mcp-remote', 'https://h/sse', '--header', `Authorization:Bearer ${S}`],
    ['srv', `postgres://me:${S}@db.example/x`],
    ['srv', `postgres://me:p@${S}@db.example/x`],
    ['srv', `postgres://me:p/${S}@db.example/x`],
    ['srv', `--url=redis://:${S}@h:6379`],
    ['srv', `https://${S}@github.com/a/b`],
    ['srv', `https://h/mcp?api_key=${S}&x=1`],
    ['srv', `https://h/mcp?x=1&access_token=${S}`],
    ['srv', `https://h/blob?sv=2&sig=${S}`],
    ['srv', '--config', `{"url":"x","apiKey":"${S}"}`],
    ['srv', '--config', `{"password" : "two ${S} words"}`],
    ['srv', '--config', `{\\"clientSecret\\":\\"${S}\\"}`],
    ['srv', `--config={'token':'${S}'}`],
    ['srv', '--config', `apiToken: ${S}`],
    ['sh', '-c', `TOKEN=${S} npx -y x`],
    ['sh', '-c', `npx -y x --token ${S}`],
    ['sh', '-c', `npx -y x --token '${S}'`],
    ['srv', '--pw', S],
    ['srv', '--otp', S],
    ['srv', `https://hooks.slack.com/services/T0/B0/${S}`],
    ['srv', `https://mcp.zapier.com/api/mcp/s/${S}/mcp`],
    ['srv', `\u001b[31mtoken\u001b[0m=${S}`],
    [`docker run -i -e ORDINARY=${S} img`],
    [`docker run -i -e ORDINARY="${S} and more" img`],
    [`npm exec x --api-key ${S}`],
    [`npm exec x --api-key=${S}`],
    [`Error: password=${S}`],
    [`{"token": "${S}"}`],
  ];
  for (const list of lists) {
    it(`hides ${list.join(' ').replaceAll(S, '‹secret›')}`, () => {
      const redacted = redactCommandLine(list);
      assert.equal(redacted.length, list.length);
      assert.ok(!redacted.join(' ').includes(S), redacted.join(' '));
      assert.ok(!redactText(list.join(' ')).includes(S) || isOnlyKnownAsList(list), redactText(list.join(' ')));
    });
  }

  const shapes = [
    'ghp_abcdefghijklmnop1234',
    'github_pat_11ABCDEFG0abcdefghij',
    'sk-proj-abcdefghijklmnop',
    'xoxb-1234567890-abc',
    'AKIAABCDEFGHIJKLMNOP',
    'glpat-abcdefghijklmnop',
    'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl',
  ];
  for (const shape of shapes) {
    it(`knows ${shape.slice(0, 6)}… by its shape`, () => {
      assert.deepEqual(redactCommandLine(['srv', 'serve', shape]), ['srv', 'serve', '•••']);
      assert.equal(redactText(`got ${shape}, bad`), 'got •••, bad');
    });
  }

  const ordinary: readonly (readonly string[])[] = [
    ['npx', '-y', '@modelcontextprotocol/server-filesystem', '/home/me/keys', '/home/me/tokens'],
    ['srv', '--max-tokens', '4096', '--max-tokens=4096'],
    ['srv', '--key-file', '/etc/key.pem', '--token-file=/run/token'],
    ['srv', '--tokenizer', 'bpe', '--author', 'me', '--monkey=1', '--keyboard', 'de'],
    ['srv', '--no-auth', 'serve'],
    ['srv', '--auth-type', 'oauth', '--sort-key', 'name', '--public-key', 'abc'],
    ['docker', 'run', '-i', '--rm', '-e', 'GITHUB_TOKEN', '-u', '1000:1000', '-v', '/a:/b', 'ghcr.io/x/y:1.0'],
    ['node', '--inspect=127.0.0.1:9229', '/srv/index.js', '--port=80', 'a=b'],
    ['uvx', '--from', 'git+https://github.com/oraios/serena', 'serena', 'start-mcp-server'],
    ['srv', 'https://example.com:8080/path/@scope/name?x=1#top'],
    ['srv', 'http://127.0.0.1:3000/', 'me@example.com'],
    ['sh', '-c', 'cd /srv && npx -y @x/y --port 1'],
  ];
  for (const list of ordinary) {
    it(`leaves ${list.join(' ')}`, () => {
      assert.deepEqual(redactCommandLine(list), list);
      assert.equal(redactText(list.join(' ')), list.join(' '));
    });
  }

  const sentences = [
    'Bearer authentication is not supported',
    'The token expired yesterday; sign in again',
    'Author: Jane Doe',
    'Listening on port 3000, secret mode off',
    'Press any key: y or n',
    'at Object.<anonymous> (/srv/auth/index.js:12:5)',
  ];
  for (const sentence of sentences) it(`leaves "${sentence}"`, () => assert.equal(redactText(sentence), sentence));

  it('keeps the name, so that the reader sees what was there', () => {
    assert.deepEqual(redactCommandLine(['docker', 'run', '-e', 'A=b', '--token', 'x', '--api-key=y']), [
      ...['docker', 'run', '-e', 'A=•••', '--token', '•••', '--api-key=•••'],
    ]);
    assert.equal(redactUrl('https://u:p@h/x?token=a&y=1'), 'https://•••@h/x?token=•••&y=1');
  });

  it('does not change what is hidden already', () => {
    const once = redactText('--token abc Authorization: Bearer abcdefgh {"password":"x"}');
    assert.equal(redactText(once), once);
  });

  it('copes with hostile text, and never shows what lies beyond its limit', () => {
    const hostile = [
      '='.repeat(1e5),
      'a'.repeat(1e6),
      'key'.repeat(1e5),
      '"token":'.repeat(1e4),
      'http://'.repeat(1e4),
    ];
    for (const text of [...hostile, '-'.repeat(1e5), 'a:'.repeat(1e5), 'bearer '.repeat(1e4)]) {
      assert.ok(redactText(text).length <= 3 * 8_192);
      assert.equal(redactCommandLine(['srv', text]).length, 2);
    }
    assert.ok(!redactText(`${'x'.repeat(9_000)} ${S}`).includes(S));
    assert.deepEqual(redactCommandLine([]), []);
  });
});

/** Whether only the position in the list reveals the secret. */
function isOnlyKnownAsList(list: readonly string[]): boolean {
  return list.some((arg) => arg === '-u') || list[0] === 'env';
}

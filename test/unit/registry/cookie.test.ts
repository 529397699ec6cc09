import assert from 'node:assert/strict';
import { type Cookie, formatCookie, parseCookie } from '../../../src/registry/cookie';
import { HOME, identity, SCOPE, uuid } from '../judgement/table';

const COOKIE: Cookie = { home: HOME, session: uuid(1), record: uuid(2), owner: identity(4321, 't98765') };
const TEXT = `1:${HOME}:${uuid(1)}:${uuid(2)}:4321-t98765:${SCOPE}`;

describe('cookie', () => {
  it('is read as it was written', () => {
    assert.equal(formatCookie(COOKIE), TEXT);
    assert.deepEqual(parseCookie(TEXT), COOKIE);
  });

  it('K24 is refused unless it can be parsed in full', () => {
    const [version, home, session, record, owner, scope] = TEXT.split(':') as [string, ...string[]];
    const put = (...parts: (string | undefined)[]) => parts.join(':');
    const table: (string | undefined)[] = [
      undefined,
      '',
      '1',
      // Truncated anywhere: an environment block can end in the middle.
      ...Array.from(TEXT, (_, length) => TEXT.slice(0, length)),
      `${TEXT}:`,
      `${TEXT}:x`,
      `${TEXT} `,
      ` ${TEXT}`,
      `${TEXT}\n`,
      `${TEXT}${'0'.repeat(300)}`,
      TEXT.toUpperCase(),
      put('2', home, session, record, owner, scope),
      put('', home, session, record, owner, scope),
      put('01', home, session, record, owner, scope),
      put(version, home?.slice(1), session, record, owner, scope),
      put(version, 'x'.repeat(16), session, record, owner, scope),
      put(version, home, '../../etc/passwd', record, owner, scope),
      put(version, home, session?.replaceAll('-', ''), record, owner, scope),
      put(version, home, session, '', owner, scope),
      put(version, home, session, `${record}0`, owner, scope),
      put(version, home, session, record, '', scope),
      put(version, home, session, record, owner, ''),
      put(version, home, session, record, owner, 'x0123456789abcdef'),
      put(version, home, session, record, owner, `${scope}0`),
    ];
    const owners = ['0-t5', '1-t5', '-7-t5', '7', '7-', '7-5', '7-x5', '7-t', '7-t-5', '7.5-t5', '99999999999-t5'];
    // Another spelling of a live owner must not read as a dead one.
    owners.push('4321-t098765', '04321-t98765', '4321-t98765 ', '+4321-t98765', '4321-T98765', '0x10-t5', '4e3-t5');
    for (const strange of owners) table.push(put(version, home, session, record, strange, scope));
    for (const text of table) assert.equal(parseCookie(text), undefined, JSON.stringify(text));
  });
});

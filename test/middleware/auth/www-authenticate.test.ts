import { expect, it } from 'vitest';
import { parseChallenges, parseParameters } from '../../../src/middleware/auth/www-authenticate.ts';
import { LINEAR, timeGrowth } from '../../support/time-growth.ts';

type Shown = [scheme: string, parameters: Record<string, string>, token?: string];

function parse(...lines: string[]): Shown[] {
  return parseChallenges(lines).map(({ scheme, parameters, token }) =>
    token === undefined ? [scheme, Object.fromEntries(parameters)] : [scheme, Object.fromEntries(parameters), token],
  );
}

it.each<[what: string, lines: string[], expected: Shown[]]>([
  ['nothing', [''], []],
  ['only separators', [' , ,, '], []],
  ['a scheme alone', ['Basic'], [['basic', {}]]],
  ['a quoted parameter', ['Basic realm="a b"'], [['basic', { realm: 'a b' }]]],
  ['a bare parameter', ['Digest algorithm=SHA-256'], [['digest', { algorithm: 'SHA-256' }]]],
  ['names and schemes in any case', ['DIGEST Realm="X"'], [['digest', { realm: 'X' }]]],
  ['escapes in a quoted string', ['Basic realm="a \\"b\\" \\\\ c"'], [['basic', { realm: 'a "b" \\ c' }]]],
  ['a comma and an equals sign in a quoted string', ['Basic realm="a, b=c"'], [['basic', { realm: 'a, b=c' }]]],
  [
    'white space around the equals sign',
    ['Basic realm = "a" , charset\t=UTF-8'],
    [['basic', { realm: 'a', charset: 'UTF-8' }]],
  ],
  ['an empty quoted string', ['Digest opaque="", nonce="n"'], [['digest', { opaque: '', nonce: 'n' }]]],
  [
    'several challenges on one line',
    ['Newauth realm="apps", type=1, title="Login to \\"apps\\"", Basic realm="simple"'],
    [
      ['newauth', { realm: 'apps', type: '1', title: 'Login to "apps"' }],
      ['basic', { realm: 'simple' }],
    ],
  ],
  [
    'challenges on several lines',
    ['Negotiate', 'Digest nonce="a"', 'Digest nonce="b"'],
    [
      ['negotiate', {}],
      ['digest', { nonce: 'a' }],
      ['digest', { nonce: 'b' }],
    ],
  ],
  ['a token', ['Negotiate YIIx/+~-._9=='], [['negotiate', {}, 'YIIx/+~-._9==']]],
  [
    'a token before another challenge',
    ['NTLM TlRM=, Digest nonce="a"'],
    [
      ['ntlm', {}, 'TlRM='],
      ['digest', { nonce: 'a' }],
    ],
  ],
  [
    'two schemes with nothing',
    ['Negotiate, NTLM'],
    [
      ['negotiate', {}],
      ['ntlm', {}],
    ],
  ],
  ['the first of a name that is given twice', ['Basic realm="a", realm="b"'], [['basic', { realm: 'a' }]]],
  ['missing commas', ['Digest realm="a" nonce="b"'], [['digest', { realm: 'a', nonce: 'b' }]]],
  ['a string that is not closed', ['Digest nonce="b", realm="a, qop'], [['digest', { nonce: 'b', realm: 'a, qop' }]]],
  ['a parameter without a scheme', ['="x", realm="a", Basic realm="b"'], [['basic', { realm: 'b' }]]],
  ['a stray string', ['"what, now", Basic realm="b"'], [['basic', { realm: 'b' }]]],
  ['a name of Object.prototype', ['Basic __proto__="x", realm="b"'], [['basic', { ['__proto__']: 'x', realm: 'b' }]]],
])('reads %s', (_what, lines, expected) => {
  expect(parse(...lines)).toEqual(expected);
});

it('keeps the fault of one line to that line', () => {
  expect(parse('Digest realm="never closed', 'Basic realm="b"')).toEqual([
    ['digest', { realm: 'never closed' }],
    ['basic', { realm: 'b' }],
  ]);
});

it('reads a long hostile line in linear time', async () => {
  const line = (count: number) => `Digest ${'"\\'.repeat(count)}${'a='.repeat(count)}${'"'.repeat(count + 1)}`;
  expect(await timeGrowth(10_000, (count) => parseChallenges([line(count)]))).toBeLessThan(LINEAR);
});

it('reads parameters without a scheme', () => {
  expect(Object.fromEntries(parseParameters('nextnonce="a\\"b", qop=auth, nc=00000001'))).toEqual({
    nextnonce: 'a"b',
    qop: 'auth',
    nc: '00000001',
  });
});

it('reads no parameters from a line that has none', () => {
  expect([...parseParameters('="a"'), ...parseParameters('')]).toEqual([]);
});

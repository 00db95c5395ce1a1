/** What no call could use is told where a client or a pool is made, and not by each call. */
import { describe, expect, it } from 'vitest';
import { addressPolicy } from '../../src/connect/rules/address-policy.ts';
import { proxyRules } from '../../src/connect/rules/proxy-policy.ts';
import { Client, CookieJar, HttpResponse, Pool, type RequestOptions } from '../../src/index.ts';

const client = new Client({ handler: async () => new HttpResponse() });
const never = <T>(value: unknown): T => value as T;

/** Options that pass every check of their kind, and can never be used. */
const useless: readonly [options: RequestOptions, words: string][] = [
  [
    { proxy: 'ftp://x' },
    'option proxy must be a proxy URL such as http://user:password@host:3128 (http, https, socks4, ',
  ],
  [{ proxy: 'http://' }, 'got "http://": its host or its port cannot be read'],
  [{ proxy: 'http://user:s3cret@x:99999' }, 'got "http://***@x:99999": its host or its port cannot be read'],
  [{ proxy: new URL('ftp://x/') }, 'there is no proxy of the scheme "ftp"'],
  [{ proxy: { http: 'ftp://x' } }, 'option proxy.http must be a proxy URL'],
  [{ proxy: { https: 'socks9://x' } }, 'option proxy.https must be a proxy URL'],
  [{ proxy: { no: ['a.test', '*.b*'] } }, 'option proxy.no must list names, addresses and networks such as '],
  [{ proxy: { no: '10.0.0.0/8 10.0.0.0/99' } }, 'got "10.0.0.0/99"'],
  [
    { denyPrivateNetwork: { allow: ['db.internal'] } },
    'option denyPrivateNetwork.allow must list addresses, networks ',
  ],
  [{ denyPrivateNetwork: { allow: ['*'] } }, 'option denyPrivateNetwork.allow must list addresses, networks '],
  [{ denyPrivateNetwork: { deny: ['300.1.1.1'] } }, 'option denyPrivateNetwork.deny must list'],
  [{ denyPrivateNetwork: { deny: ['10.0.0.0/99'] } }, 'got "10.0.0.0/99"'],
  [{ localAddress: 'eth0' }, 'localAddress must be an IP address of this machine, got "eth0"'],
  [{ localAddress: '127.0.0.1:80' }, 'localAddress must be an IP address of this machine'],
  [{ socketPath: '/tmp/a\0b' }, 'option socketPath must be a path that is not empty, without NUL'],
  [{ auth: ['a:b', 'c'] }, "auth: a user of Basic must not have ':'"],
  [{ auth: ['a\n', 'c'] }, 'auth: user and password must not have control characters'],
  [{ auth: { bearer: '' } }, 'auth.bearer must not be empty; is the variable set that holds it?'],
  [{ auth: { bearer: 'a\nb' } }, 'auth.bearer must not have control characters'],
  [{ cookies: { 'a b': 'c' } }, 'option cookies: cookie "a b" must have a token as its name'],
  [{ cookies: { a: 's3cret;' } }, 'option cookies: cookie "a" has characters that a cookie cannot carry'],
  [{ cookies: never({ a: 5 }) }, 'option cookies: cookie "a" must be a string, got number'],
  [{ decodeContent: 'gzip\n' }, 'the value of header "Accept-Encoding" has the character U+000A at 4'],
  [{ idempotencyKey: 'a\nb' }, 'the value of header "Idempotency-Key" has the character U+000A at 1'],
  [{ tls: { pfx: never(5) } }, 'option tls.pfx must be bytes, a path, or [value, passphrase], got 5'],
  [{ tls: { minVersion: 'TLSv1.3', maxVersion: 'TLSv1.2' } }, 'option tls.maxVersion must not be below minVersion'],
  [{ tls: { maxVersion: 'TLSv1.1' } }, 'must not be below minVersion (TLSv1.2), got TLSv1.1'],
  [{ allowRedirects: { keepHeaders: ['a b'] } }, 'allowRedirects.keepHeaders must hold header names, got "a b"'],
  [{ retry: { methods: ['GET,PUT'] } }, "retry.methods must be a list of methods such as ['GET']"],
];

describe.each(useless)('%j', (options, words) => {
  it.each<[where: string, make: () => unknown]>([
    ['a client', () => new Client(options)],
    ['a client that another extends', () => client.extend(options)],
    ['a pool', () => new Pool(client, [], { options })],
  ])('is refused where %s is made', (_, make) => {
    expect(make).toThrow(TypeError);
    expect(make).toThrow(words);
    expect(make).not.toThrow(/s3cret/);
  });

  it('is refused by Pool.batch as a rejection', async () => {
    await expect(Pool.batch(client, [], { options })).rejects.toThrow(words);
  });
});

it.each<[options: object, words: string]>([
  [{ timeOut: 1 }, 'there is no option "timeOut"; did you mean "timeout"?'],
  [{ timeout: -1 }, 'timeout must not be negative'],
  [{ json: 1, body: 'x' }, 'options body and json exclude each other'],
])('a pool refuses options of its requests when it is made: %j', (options, words) => {
  expect(() => new Pool(client, ['http://h.test/'], { options })).toThrow(TypeError);
  expect(() => new Pool(client, ['http://h.test/'], { options })).toThrow(words);
});

it('a pool leaves to a client of another make what its options are, and to layers what they declare', async () => {
  const seen: unknown[] = [];
  const other = {
    request: async (_: string, __: string | URL, options: unknown) => {
      seen.push(options);
      return new HttpResponse();
    },
    send: async () => new HttpResponse(),
  };
  await new Pool(other, ['http://h.test/'], { options: never({ timeOut: 1 }) }).promise();
  expect(seen).toMatchObject([{ timeOut: 1 }]);

  const layer = Object.assign((next: never) => next, { options: ['timeOut'] });
  const declaring = new Client();
  declaring.stack!.setHandler(async () => new HttpResponse()).push(layer as never, 'own');
  expect(() => new Pool(declaring, [], { options: never({ timeOut: 1 }) })).not.toThrow();
});

/** Every spelling that is read when something is dialled passes the door. */
it.each(
  `127.0.0.1 10.1.2.3:80 127.1 0x7f.1 2130706433 10/8 10.0.0.0/8 192.168.1/24 0.0.0.0/0 ::1 [::1] [::1]:80 fd00::/8 ::/0
  ::ffff:10.0.0.0/104 fe80::1%eth0 db.internal:8080 DB.Internal:8080 bücher.example:80 a_b:1`
    .trim()
    .split(/\s+/),
)('takes %s in denyPrivateNetwork', (entry) => {
  expect(() => addressPolicy({ allow: [entry] })).not.toThrow();
  expect(() => new Client({ denyPrivateNetwork: { allow: [entry], deny: [entry] } })).not.toThrow();
});

it.each(
  `* *:80 example.com .example.com *.example.com example.com. .example.com:8080 localhost 127.0.0.1 127.1 10/8 10.0.0.0/8
  [::1]:80 ::1 fd00::/8 bücher.example a_b fe80::1%eth0`
    .trim()
    .split(/\s+/),
)('takes %s in proxy.no', (entry) => {
  expect(() => proxyRules({ no: entry })).not.toThrow();
  expect(() => new Client({ proxy: { no: [entry, entry] } })).not.toThrow();
});

it('takes what can be used', () => {
  const jar = new CookieJar();
  for (const options of [
    { proxy: '' },
    { proxy: 'localhost:3128' },
    { proxy: { http: false, https: 'socks5h://u:p@[::1]:1080', no: '' } },
    { auth: ['a:b', 'c', 'digest'] },
    { cookies: jar },
    { cookies: { a: 'b', c: undefined } },
    { decodeContent: '' },
    { idempotencyKey: 'auto' },
    { localAddress: '::1' },
    { socketPath: '\0abstract' },
    { tls: { maxVersion: 'TLSv1.1', minVersion: 'TLSv1' } },
  ] as const) {
    expect(() => new Client(options as RequestOptions)).not.toThrow();
  }
});

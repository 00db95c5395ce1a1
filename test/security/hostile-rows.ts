/** What hostile and broken servers do: every ready-made fault, and the routes of the site that go wrong. */
import type { CookieJar } from '../../src/cookies/cookie-jar.ts';
import * as ready from '../../src/testing/faults.ts';
import type { Script } from '../../src/testing/scripted-server.ts';
import { cookieFloods } from './cookie-floods.ts';

export interface HostileRow {
  readonly name: string;
  /** A script for each connection, or a path of the site. */
  readonly server: (() => Script) | string;
  /** Whether a body that was reported as a success is whole and right. Absent: there is no such body. */
  readonly isRight?: (text: string) => boolean;
  /** The server speaks TLS, with a certificate that the client trusts. */
  readonly tls?: true;
  /** The client keeps cookies; what its jar may hold of this answer. */
  readonly cookies?: (jar: CookieJar) => boolean;
  /** Requests sent one after the other; the last one counts. Default 1. */
  readonly requests?: number;
  /** The server falls silent: the timeouts decide, so they are short. */
  readonly silent?: true;
  /** Bytes without an end that bring no body: where the parser has no limit, `readTimeout` ends it. */
  readonly endless?: true;
  /** The host no longer answers our FIN, so its side of the socket stays open whatever we do. */
  readonly vanishes?: true;
  /** Handlers that cannot tell, with the reason, which the page repeats. */
  readonly untold?: Readonly<Record<string, string>>;
}

const { faults } = ready;

type Judged = Omit<HostileRow, 'name' | 'server'>;

const is = (...texts: readonly string[]): Judged => ({ isRight: (text) => texts.includes(text) });
const silent: Judged = { silent: true };

/** What a script may end in; a script that is not here has no right answer at all. */
const judged: Readonly<Record<string, Judged>> = {
  // The surplus is told where the transport shows it; what was declared is whole.
  overlongBody: is('xxxxx'),
  duplicateContentLength: is('hello'),
  // RFC 9112 6.3 rule 3: the chunks count, and the connection is not used again.
  lengthAndChunked: is('hello'),
  smuggledSecondResponse: { ...is('hello', 'second'), requests: 2 },
  bareLfHead: is('hello'),
  foldedHeader: is('hello'),
  manyInformational: is('hello'),
  endlessChunkExtension: { endless: true },
  endlessTrailers: { endless: true },
  stallBeforeHead: silent,
  stallInHead: silent,
  stallInBody: silent,
  oneByteAtATime: silent,
  halfOpen: { silent: true, vanishes: true },
  staleKeepAlive: { ...is('hello'), requests: 2 },
};

/** Such a body is reported as a success: nothing of it but the decoded bytes reaches us. */
const TRUNCATED_IN_FETCH: Judged = {
  untold: { fetch: "Node's fetch decodes by itself, and takes the end of a coded body for its end wherever it comes" },
};

const isDocument = (text: string): boolean => (JSON.parse(text) as { text: string }).text.length === 900;

const routes: Readonly<Record<string, Judged>> = {
  '/close-before-head': {},
  '/close-in-head': {},
  '/close-in-body': {},
  '/reset-before-head': {},
  '/reset-in-body': {},
  '/stall': silent,
  '/stall-in-body': silent,
  '/garbage': {},
  '/bad-status': is('odd\n'),
  '/bad-chunk': {},
  '/long-header/1000000': {},
  '/redirect-loop': {},
  '/redirect-to?url=file:///etc/passwd': {},
  '/redirect-to?url=data:,hello': {},
  '/redirect-to?url=javascript:alert(1)': {},
  '/gzip-truncated': TRUNCATED_IN_FETCH,
  '/gzip-corrupt': {},
  '/gzip-truncated?coding=br': TRUNCATED_IN_FETCH,
  // RFC 1952 2.2: what follows the last member is not data.
  '/gzip-trailing': { isRight: isDocument },
  [`/encoded?codings=${Array(20).fill('gzip').join(',')}`]: {},
  '/bomb/gzip/64': {},
  '/bomb/br/64': {},
};

const shortened = (path: string): string => (path.length > 60 ? '/encoded, 20 times gzip' : path);

const head = (...lines: readonly string[]): string => `${['HTTP/1.1 200 OK', ...lines].join('\r\n')}\r\n\r\n`;
const plays =
  (...bytes: readonly string[]): (() => Script) =>
  () => [{ expect: 'head' }, ...bytes.map((send) => ({ send }))];
const redirected = (location: string): (() => Script) =>
  plays(`HTTP/1.1 302 Found\r\nLocation: ${location}\r\nContent-Length: 0\r\n\r\n`);

/** More of what a kind of fault can be. */
const more: readonly HostileRow[] = [
  { name: 'conflicting lengths in a list', server: plays(`${head('Content-Length: 5, 6')}hello!`) },
  { name: 'length of 20 digits', server: plays(`${head('Content-Length: 99999999999999999999')}hello`) },
  { name: 'length in hexadecimal', server: () => ready.badContentLength('0x5') },
  { name: 'length with a sign', server: () => ready.badContentLength('+5') },
  {
    name: 'chunked twice',
    server: plays(`${head('Transfer-Encoding: chunked, chunked')}5\r\nhello\r\n0\r\n\r\n`),
    // Nobody codes twice, whatever they say (RFC 9112 6.1): what the one framing holds is the body.
    ...is('hello'),
  },
  { name: 'chunk size that overflows', server: () => ready.badChunkSize('10000000000000005') },
  { name: 'chunk longer than its size', server: plays(`${head('Transfer-Encoding: chunked')}3\r\nhello\r\n0\r\n\r\n`) },
  { name: 'control byte in a header', server: plays(`${head('X-Odd: a\x01b', 'Content-Length: 5')}hello`) },
  { name: 'DEL in a header', server: plays(`${head('X-Odd: a\x7fb', 'Content-Length: 5')}hello`) },
  { name: 'NUL in the name of a header', server: plays(`${head('X-O\0dd: a', 'Content-Length: 5')}hello`) },
  { name: 'NUL in the status line', server: plays('HTTP/1.1 200 O\0K\r\nContent-Length: 5\r\n\r\nhello'), ...silent },
  { name: 'status of two digits', server: plays('HTTP/1.1 20 OK\r\nContent-Length: 5\r\n\r\nhello') },
  { name: 'another protocol', server: plays('HTTP/9.9 200 OK\r\nContent-Length: 5\r\n\r\nhello') },
  { name: 'an answer before the request', server: () => [{ send: ready.plainResponse() }], ...is('hello') },
  { name: 'stale keep-alive, FIN', server: () => ready.staleKeepAlive('fin'), ...is('hello'), requests: 2 },
  { name: 'one byte a second, from the body on', server: slowBody, ...silent },
  { name: 'redirects one more than allowed', server: '/redirect/6' },
  { name: 'redirect from https to http', server: redirected('http://127.0.0.1:9/'), tls: true },
  { name: 'redirect to ftp', server: redirected('ftp://127.0.0.1/') },
  { name: 'redirect to no URL', server: redirected('http://[') },
  ...cookieFloods,
];

/** The head at once, and then as slowly as `readTimeout` notices. */
function slowBody(): Script {
  return [{ expect: 'head' }, { send: head('Content-Length: 5') }, { trickle: 'hello', bytes: 1, ms: 1000 }];
}

export const hostileRows: readonly HostileRow[] = [
  ...Object.entries(faults).map(([name, server]) => ({ name, server, ...judged[name] })),
  ...more,
  ...Object.entries(routes).map(([path, more]) => ({ name: shortened(path), server: path, ...more })),
];

/** Rows that are judged and no longer exist. */
export const strayRows: readonly string[] = Object.keys(judged).filter((name) => !Object.hasOwn(faults, name));

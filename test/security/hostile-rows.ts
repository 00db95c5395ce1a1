/** What hostile and broken servers do: every ready-made fault, and the routes of the site that go wrong. */
import { faults } from '../../src/testing/faults.ts';
import type { Script } from '../../src/testing/scripted-server.ts';

export interface HostileRow {
  readonly name: string;
  /** A script for each connection, or a path of the site. */
  readonly server: (() => Script) | string;
  /** Whether a body that was reported as a success is whole and right. Absent: there is no such body. */
  readonly isRight?: (text: string) => boolean;
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

export const hostileRows: readonly HostileRow[] = [
  ...Object.entries(faults).map(([name, server]) => ({ name, server, ...judged[name] })),
  ...Object.entries(routes).map(([path, more]) => ({ name: shortened(path), server: path, ...more })),
];

/** Rows that are judged and no longer exist. */
export const strayRows: readonly string[] = Object.keys(judged).filter((name) => !Object.hasOwn(faults, name));

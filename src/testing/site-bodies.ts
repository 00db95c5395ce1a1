/** Routes of the test site with bodies: sizes, ranges, chunks, pauses, charsets and the line-based formats. */
import type { IncomingHttpHeaders } from 'node:http';
import { echo, matchesNone } from './site-basics.ts';
import { seededBytes, seededPieces, textSamples } from './site-payload.ts';
import {
  discardBody,
  fieldValue,
  type SiteCall,
  SiteRefusal,
  type SiteRoute,
  sendBytes,
  wholeNumber,
  writeOut,
  writePieces,
} from './site-route.ts';
import { closeSocket } from './site-sockets.ts';
import { countUp } from './site-state.ts';
import { sleepWhileOpen } from './sleep-while-open.ts';

/** The largest body that a route sends: 64 GiB. */
const MAX_BYTES = 64 * 1024 * 1024 * 1024;
/** The longest pause of a route: a day, in milliseconds. */
const MAX_WAIT = 24 * 60 * 60 * 1000;
/** The site's content never changes, so one date serves every resource. */
const LAST_MODIFIED = 'Wed, 01 Jan 2020 00:00:00 GMT';

/** Bytes that depend on `seed` and position alone, so that a client can check any range of them. */
async function bytes(call: SiteCall): Promise<void> {
  const { req, res, query } = call;
  const size = wholeNumber(call.params.n, 'the number of bytes', MAX_BYTES);
  const seed = wholeNumber(query.get('seed'), 'seed', 2 ** 31, 0);
  const etag = `"${fieldValue(query.get('etag') ?? `${size}-${seed}`)}"`;
  const validators = { ETag: etag, 'Last-Modified': LAST_MODIFIED, 'Accept-Ranges': 'bytes' };
  if (matchesNone(req.headers['if-none-match'], etag)) {
    res.writeHead(304, validators);
    res.end();
    return;
  }
  const range = wantedRange(req.headers, size, etag);
  if (range === 'unsatisfiable') {
    // RFC 9110 section 15.5.17: the current length comes along.
    const headers = { ...validators, 'Content-Range': `bytes */${size}` };
    return sendBytes(call, 'range not satisfiable\n', { status: 416, headers });
  }
  const [start, end] = range ?? [0, size];
  res.writeHead(range ? 206 : 200, {
    'Content-Type': 'application/octet-stream',
    'Content-Length': end - start,
    ...validators,
    ...(range && { 'Content-Range': `bytes ${start}-${end - 1}/${size}` }),
  });
  // A cut ends the connection by a FIN, in the middle of the announced length.
  const cut = cutAfter(call);
  if (cut !== undefined && cut < end - start) {
    await writePieces(call, seededPieces(cut, seed, start));
    await writeOut(call, '');
    return closeSocket(res.socket);
  }
  await writePieces(call, seededPieces(end - start, seed, start));
  res.end();
}

/** `?cut=` ends the connection after that many bytes, the first `times` (1) requests of a `key` only. */
function cutAfter(call: SiteCall): number | undefined {
  const cut = call.query.get('cut');
  if (cut === null || call.req.method === 'HEAD') return undefined;
  const times = wholeNumber(call.query.get('times'), 'times', 1_000_000, 1);
  const seen = countUp(call.state, `cut ${call.path} ${call.query.get('key') ?? ''}`);
  return seen < times ? wholeNumber(cut, 'cut', MAX_BYTES) : undefined;
}

type Wanted = [start: number, end: number] | 'unsatisfiable' | undefined;

/** One range of bytes. Several, other units and broken ones are ignored, as RFC 9110 section 14.2 lets a server do. */
function wantedRange(headers: IncomingHttpHeaders, size: number, etag: string): Wanted {
  const { range, 'if-range': condition } = headers;
  // RFC 9110 section 13.1.5: without a strong match the whole is sent.
  if (condition !== undefined && condition !== etag && condition !== LAST_MODIFIED) return undefined;
  const match = /^bytes\s*=\s*(\d*)-(\d*)\s*$/i.exec(range ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return undefined;
  if (match[1] === '') {
    const suffix = Number(match[2]);
    return suffix === 0 || size === 0 ? 'unsatisfiable' : [Math.max(0, size - suffix), size];
  }
  const first = Number(match[1]);
  const last = match[2] === '' ? size - 1 : Number(match[2]);
  if (match[2] !== '' && last < first) return undefined;
  return first >= size ? 'unsatisfiable' : [first, Math.min(last, size - 1) + 1];
}

/** The same bytes without a length: a chunked body. */
async function streamBytes(call: SiteCall): Promise<void> {
  const size = wholeNumber(call.params.n, 'the number of bytes', MAX_BYTES);
  const chunk = Math.max(1, wholeNumber(call.query.get('chunk'), 'chunk', 16 * 1024 * 1024, 10_240));
  const seed = wholeNumber(call.query.get('seed'), 'seed', 2 ** 31, 0);
  call.res.writeHead(200, { 'Content-Type': 'application/octet-stream' });
  call.res.flushHeaders();
  await writePieces(call, seededPieces(size, seed, 0, chunk));
  call.res.end();
}

/** A body with a length that comes in pieces, for read timeouts and progress. */
async function drip(call: SiteCall): Promise<void> {
  const size = wholeNumber(call.query.get('bytes'), 'bytes', MAX_BYTES, 10);
  const pause = wholeNumber(call.query.get('ms'), 'ms', MAX_WAIT, 10);
  const chunks = Math.max(1, wholeNumber(call.query.get('chunks'), 'chunks', 1_000_000, Math.min(size, 10)));
  call.res.writeHead(200, { 'Content-Type': 'application/octet-stream', 'Content-Length': size });
  call.res.flushHeaders();
  for (let i = 0; i < chunks; i++) {
    if (i > 0 && !(await sleepWhileOpen(call.res, call.clock, pause))) return;
    const start = Math.floor((size * i) / chunks);
    const end = Math.floor((size * (i + 1)) / chunks);
    if (end > start) await writeOut(call, seededBytes(end - start, 0, start));
  }
  call.res.end();
}

/** The head comes late, for headers timeouts. */
async function delay(call: SiteCall): Promise<void> {
  const open = await sleepWhileOpen(call.res, call.clock, wholeNumber(call.params.ms, 'the delay', MAX_WAIT));
  if (open) await echo(call);
}

/** The head comes at once, for read timeouts. */
async function delayBody(call: SiteCall): Promise<void> {
  const ms = wholeNumber(call.params.ms, 'the delay', MAX_WAIT);
  await discardBody(call);
  call.res.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': 5 });
  call.res.flushHeaders();
  if (await sleepWhileOpen(call.res, call.clock, ms)) call.res.end('late\n');
}

/** The same sample in several charsets, named in `Content-Type`. */
function text(call: SiteCall): void {
  const charset = (call.query.get('charset') ?? 'utf-8').toLowerCase();
  const sample = Object.hasOwn(textSamples, charset) ? textSamples[charset] : undefined;
  if (!sample) throw new SiteRefusal(400, `charset must be one of ${Object.keys(textSamples).join(', ')}`);
  sendBytes(call, sample.bytes, { type: `text/plain; charset=${charset}` });
}

/**
 * Server-sent events with what parsers get wrong: a comment, a retry alone, several lines, no space behind the colon.
 */
const events = [
  ': a comment\n\n',
  'retry: 250\nid: 1\ndata: first\n\n',
  'event: update\nid: 2\ndata: {"n":2}\n\n',
  'id: 3\ndata: two\ndata: lines\n\n',
  'data:no space\n\n',
];

async function serverSentEvents(call: SiteCall): Promise<void> {
  call.res.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8', 'Cache-Control': 'no-store' });
  await writePieces(call, events);
  call.res.end();
}

/** Lines of JSON, written as fast as they are read. */
async function ndjson(call: SiteCall): Promise<void> {
  const lines = wholeNumber(call.params.n, 'the number of lines', 100_000_000);
  call.res.writeHead(200, { 'Content-Type': 'application/x-ndjson' });
  await writePieces(call, numberedLines(lines));
  call.res.end();
}

function* numberedLines(count: number): Generator<string> {
  for (let n = 0; n < count; n++) yield `${JSON.stringify({ n, text: `line ${n}` })}\n`;
}

/** A body whose end is the end of the connection (RFC 9112 section 6.3, rule 8). */
async function closeDelimited(call: SiteCall): Promise<void> {
  await discardBody(call);
  call.res.setHeader('Content-Type', 'text/plain');
  call.res.setHeader('Connection', 'close');
  call.res.removeHeader('Transfer-Encoding');
  call.res.removeHeader('Content-Length');
  call.res.write('until the connection ends\n');
  call.res.end();
}

export const bodyRoutes: readonly SiteRoute[] = [
  {
    path: '/bytes/:n',
    methods: ['GET'],
    about: 'seeded bytes with ETag, Range, If-Range, If-None-Match; ?seed= ?etag= ?cut=&times=&key=',
    answer: bytes,
  },
  { path: '/stream-bytes/:n', methods: ['GET'], about: 'seeded bytes, chunked; ?chunk= ?seed=', answer: streamBytes },
  { path: '/drip', methods: ['GET'], about: '?bytes= in ?chunks= pieces, ?ms= between two', answer: drip },
  { path: '/delay/:ms', about: 'what was asked, late', answer: delay },
  { path: '/delay-body/:ms', about: 'the head at once, the body late', answer: delayBody },
  { path: '/text', methods: ['GET'], about: `?charset= ${Object.keys(textSamples).join(' ')}`, answer: text },
  { path: '/sse', methods: ['GET'], about: 'a few server-sent events', answer: serverSentEvents },
  { path: '/ndjson/:n', methods: ['GET'], about: 'n lines of JSON', answer: ndjson },
  { path: '/no-length', about: 'a body that ends with its connection', answer: closeDelimited },
];

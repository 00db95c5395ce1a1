/** Routes of the test site whose answers go wrong: late, broken, cut off, refused for a while, or never there. */
import { wallClock } from '../time/clock.ts';
import { seededBytes } from './site-payload.ts';
import {
  discardBody,
  fieldValue,
  inviteBody,
  type SiteCall,
  type SiteRoute,
  sendJson,
  wholeNumber,
  writeOut,
} from './site-route.ts';
import { closeSocket, resetSocket } from './site-sockets.ts';
import { countUp } from './site-state.ts';

/**
 * Writes bytes that node:http would not, and closes. The request is read first, so that the close does not become a
 * reset.
 */
async function raw(call: SiteCall, bytes: string): Promise<void> {
  await discardBody(call);
  const { socket } = call.res;
  socket?.write(bytes, 'latin1');
  closeSocket(socket);
}

/**
 * Fails some times with a `Retry-After`, then succeeds. Attempts are counted by key, so that tests do not disturb each
 * other.
 */
async function retryAfter(call: SiteCall): Promise<void> {
  await discardBody(call);
  const times = wholeNumber(call.query.get('times'), 'times', 1_000_000, 1);
  const attempt = countUp(call.state, `retry-after ${call.query.get('key') ?? call.path}`) + 1;
  if (attempt > times) return sendJson(call, { attempt });
  const status = wholeNumber(call.query.get('status'), 'status', 599, 503);
  // Not validated: what a client makes of `soon` or `-1` is worth a test too.
  let value = fieldValue(call.params.seconds ?? '');
  // RFC 9110 section 10.2.3: a date is the other form.
  if (call.query.get('date') === 'true') value = new Date(wallClock() + Number(value) * 1000).toUTCString();
  sendJson(call, { attempt }, { status, headers: { 'Retry-After': value } });
}

/** Fails some times in a way that may pass, then succeeds. */
async function flaky(call: SiteCall): Promise<void> {
  await discardBody(call);
  const fail = wholeNumber(call.query.get('fail'), 'fail', 1_000_000, 1);
  const attempt = countUp(call.state, `flaky ${call.query.get('key') ?? ''}`) + 1;
  if (attempt > fail) return sendJson(call, { attempt });
  const fault = call.query.get('fault');
  if (fault === 'close') return closeSocket(call.res.socket);
  if (fault === 'reset') return resetSocket(call.res.socket);
  sendJson(call, { attempt }, { status: wholeNumber(call.query.get('status'), 'status', 599, 503) });
}

/** A head that promises `?length=` bytes and `?sent=` of them; what happens then is the caller's. */
async function partOfBody(call: SiteCall): Promise<void> {
  const length = wholeNumber(call.query.get('length'), 'length', 2 ** 40, 1000);
  const sent = wholeNumber(call.query.get('sent'), 'sent', 2 ** 30, 500);
  await discardBody(call);
  call.res.writeHead(200, { 'Content-Type': 'application/octet-stream', 'Content-Length': length });
  call.res.flushHeaders();
  await writeOut(call, seededBytes(Math.min(sent, length)));
}

/**
 * Reads 64 KiB, answers 413 and closes its half only: it goes on reading until the client is done, as RFC 9112 section
 * 9.6 asks, so that the answer is not lost in a reset.
 */
function earlyRefusal(call: SiteCall): void {
  const { req, res } = call;
  const limit = 64 * 1024;
  let size = 0;
  req.on('data', (chunk: Buffer) => {
    const before = size;
    size += chunk.length;
    if (size <= limit || before > limit) return;
    const text = 'too much\n';
    const head = `HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: ${text.length}\r\n\r\n`;
    res.socket?.end(head + text);
  });
  req.on('end', () => {
    if (size <= limit) sendJson(call, { bodyBytes: size });
  });
  inviteBody(call);
}

const OK = 'HTTP/1.1 200 OK\r\n';

export const faultRoutes: readonly SiteRoute[] = [
  {
    path: '/retry-after/:seconds',
    about: '503 with Retry-After ?times= (1) times for a ?key=, then 200; ?status= ?date=true',
    answer: retryAfter,
  },
  {
    path: '/flaky',
    about: '?fail= (1) failures for a ?key=, then 200; ?status= (503) or ?fault=close|reset',
    answer: flaky,
  },
  { path: '/close-before-head', about: 'closes unanswered', answer: (call) => raw(call, '') },
  { path: '/close-in-head', about: 'closes within the head', answer: (call) => raw(call, `${OK}Content-Ty`) },
  {
    path: '/close-in-body',
    about: '?length= (1000) promised, ?sent= (500) sent, then closed',
    answer: async (call) => {
      await partOfBody(call);
      closeSocket(call.res.socket);
    },
  },
  {
    path: '/reset-before-head',
    about: 'resets unanswered',
    answer: async (call) => {
      await discardBody(call);
      await resetSocket(call.res.socket);
    },
  },
  {
    path: '/reset-in-body',
    about: '?length= (1000) promised, ?sent= (500) sent, then reset',
    answer: async (call) => {
      await partOfBody(call);
      await resetSocket(call.res.socket);
    },
  },
  { path: '/stall', about: 'never answers', answer: discardBody },
  { path: '/stall-in-body', about: '?length= promised, ?sent= sent, then silence', answer: partOfBody },
  { path: '/garbage', about: 'no HTTP at all', answer: (call) => raw(call, '\x16\x03\x01 this is not HTTP\r\n\r\n') },
  {
    path: '/bad-status',
    about: 'status 700, which no class has',
    answer: (call) => raw(call, 'HTTP/1.1 700 Odd\r\nConnection: close\r\nContent-Length: 4\r\n\r\nodd\n'),
  },
  {
    path: '/bad-chunk',
    about: 'a chunk whose size is no number',
    answer: (call) => raw(call, `${OK}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nzz\r\nworld\r\n0\r\n\r\n`),
  },
  {
    path: '/long-header/:bytes',
    about: 'a header value of so many bytes',
    answer: async (call) => {
      const bytes = wholeNumber(call.params.bytes, 'the length', 64 * 1024 * 1024);
      await discardBody(call);
      sendJson(call, { bytes }, { headers: { 'X-Long': 'x'.repeat(bytes) } });
    },
  },
  { path: '/early-413', about: '413 after 64 KiB of body', answer: earlyRefusal },
];

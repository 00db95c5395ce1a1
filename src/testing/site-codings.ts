/** Routes of the test site with content codings: right ones, stacked ones, damaged ones, and decompression bombs. */
import type { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import zlib from 'node:zlib';
import { discardBody, type SiteCall, SiteRefusal, type SiteRoute, sendBytes, wholeNumber } from './site-route.ts';

/** A compressor of node:zlib. */
interface Coder extends Transform {
  flush(done: () => void): void;
}

/** One coding: how to apply it at once and as a stream. */
interface Coding {
  /** What `Content-Encoding` says; `deflate-raw` is not a registered name but a way servers get `deflate` wrong. */
  readonly token: string;
  readonly apply: (bytes: Uint8Array) => Uint8Array;
  readonly stream: () => Coder;
}

/** zstd came to node:zlib after the oldest Node that is served here. */
interface ZstdOfNode {
  zstdCompressSync?(bytes: Uint8Array): Buffer;
  createZstdCompress?(): Coder;
}

const { zstdCompressSync, createZstdCompress } = zlib as ZstdOfNode;
/** The default quality of 11 takes seconds for what the bomb routes send. */
const fastBrotli = { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 5 } };

const codings: Readonly<Record<string, Coding>> = {
  gzip: { token: 'gzip', apply: (b) => zlib.gzipSync(b), stream: () => zlib.createGzip({ level: 9 }) },
  deflate: { token: 'deflate', apply: (b) => zlib.deflateSync(b), stream: () => zlib.createDeflate({ level: 9 }) },
  'deflate-raw': {
    token: 'deflate',
    apply: (b) => zlib.deflateRawSync(b),
    stream: () => zlib.createDeflateRaw({ level: 9 }),
  },
  br: {
    token: 'br',
    apply: (b) => zlib.brotliCompressSync(b, fastBrotli),
    stream: () => zlib.createBrotliCompress(fastBrotli),
  },
  ...(zstdCompressSync && createZstdCompress
    ? { zstd: { token: 'zstd', apply: (b: Uint8Array) => zstdCompressSync(b), stream: () => createZstdCompress() } }
    : undefined),
};

/** Names that `/encoded` and `/bomb` know on this runtime. */
export const codingNames: readonly string[] = Object.keys(codings);

/** @throws SiteRefusal for a name that is unknown, or unknown to this runtime */
function codingNamed(name: string): Coding {
  if (Object.hasOwn(codings, name)) return codings[name]!;
  if (name === 'zstd') throw new SiteRefusal(501, 'this runtime has no zstd');
  throw new SiteRefusal(400, `codings are ${codingNames.join(', ')}, not ${JSON.stringify(name)}`);
}

/** The document that the coding routes send, as it was before coding. */
function plainDocument(call: SiteCall, coding: string): Buffer {
  const text = 'The quick brown fox jumps over the lazy dog. '.repeat(20);
  return Buffer.from(`${JSON.stringify({ coding, method: call.req.method, text })}\n`);
}

/** One coding under its own path, as `/gzip`. */
function codedRoute(name: string): SiteRoute {
  return {
    path: `/${name}`,
    about: name === 'identity' ? 'a JSON document as it is' : `a JSON document in ${name}`,
    answer: async (call) => {
      const plain = plainDocument(call, name);
      if (name === 'identity') return sendBytes(call, plain, { type: 'application/json' });
      const coding = codingNamed(name);
      await discardBody(call);
      sendCoded(call, coding.apply(plain), coding.token);
    },
  };
}

/** `Content-Length` is that of the coded bytes (RFC 9110 section 8.6). */
function sendCoded(call: SiteCall, bytes: Uint8Array, token: string): void {
  sendBytes(call, bytes, { type: 'application/json', headers: { 'Content-Encoding': token, Vary: 'Accept-Encoding' } });
}

/** RFC 9110 section 8.4: codings are listed in the order in which they were applied. */
function stacked(call: SiteCall): void {
  const names = (call.query.get('codings') ?? 'gzip').split(',').map((name) => name.trim());
  if (names.length > 200) throw new SiteRefusal(400, 'at most 200 codings');
  const chosen = names.filter((name) => name !== 'identity').map(codingNamed);
  const plain: Uint8Array = plainDocument(call, names.join(','));
  const coded = chosen.reduce((bytes, coding) => coding.apply(bytes), plain);
  const tokens = names.map((name) => (name === 'identity' ? name : codingNamed(name).token));
  sendCoded(call, coded, tokens.join(', '));
}

/** Framing is right and the coding is not: only the decoder can tell. */
function damaged(damage: (coded: Uint8Array) => Uint8Array): (call: SiteCall) => void {
  return (call) => {
    const coding = codingNamed(call.query.get('coding') ?? 'gzip');
    sendCoded(call, damage(coding.apply(plainDocument(call, coding.token))), coding.token);
  };
}

/** The checksum of gzip stands in the last eight bytes. */
function flipLastBytes(coded: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(coded);
  for (let i = copy.length - 8; i < copy.length - 4; i++) copy[i]! ^= 0xff;
  return copy;
}

/** Zeros, compressed while they are sent: neither side of the test holds the bomb in memory. */
async function bomb(call: SiteCall): Promise<void> {
  const coding = codingNamed(call.params.codec ?? '');
  const mib = wholeNumber(call.params.mib, 'the size in MiB', 1024 * 1024);
  await discardBody(call);
  call.res.writeHead(200, { 'Content-Type': 'application/octet-stream', 'Content-Encoding': coding.token });
  if (call.req.method === 'HEAD') {
    call.res.end();
    return;
  }
  const coder = coding.stream();
  try {
    await Promise.all([pipeline(coder, call.res), feedZeros(coder, mib)]);
  } catch {
    // The client had enough of it, which is what a bomb is for.
    call.res.destroy();
  }
}

/** Flushes now and then: brotli would make kilobytes of gigabytes and send them at the very end. */
async function feedZeros(coder: Coder, mib: number): Promise<void> {
  const block = new Uint8Array(1024 * 1024);
  for (let i = 1; i <= mib && !coder.destroyed; i++) {
    await untilClosed(coder, (done) => coder.write(block, done));
    if (i % 16 === 0 && !coder.destroyed) await untilClosed(coder, (done) => coder.flush(done));
  }
  coder.end();
}

/** What `start` promises to call back about, or the end of the stream if that comes first. */
function untilClosed(coder: Coder, start: (done: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      coder.off('close', done);
      resolve();
    };
    coder.on('close', done);
    start(done);
  });
}

export const codingRoutes: readonly SiteRoute[] = [
  ...['gzip', 'deflate', 'deflate-raw', 'br', 'zstd', 'identity'].map(codedRoute),
  { path: '/encoded', about: '?codings=gzip,br applied in that order', answer: stacked },
  {
    path: '/gzip-truncated',
    about: 'half a coded body under a right Content-Length; ?coding=',
    answer: damaged((coded) => coded.subarray(0, coded.length >> 1)),
  },
  { path: '/gzip-corrupt', about: 'a coded body with a wrong checksum; ?coding=', answer: damaged(flipLastBytes) },
  {
    path: '/gzip-trailing',
    about: 'a coded body with bytes after its end; ?coding=',
    answer: damaged((coded) => Buffer.concat([coded, Buffer.from('trailing garbage')])),
  },
  { path: '/bomb/:codec/:mib', about: 'so many MiB of zeros, coded', answer: bomb },
];

/** Small bodies that decode to huge ones. Each is made of one coded block, said again and again. */
import { once } from 'node:events';
import zlib from 'node:zlib';

const MiB = 2 ** 20;
const BLOCK = 16 * MiB;

/** zstd came to node:zlib after the oldest Node that is served here. */
const { zstdCompressSync } = zlib as { zstdCompressSync?(bytes: Uint8Array): Buffer };

export interface Bomb {
  /** `Content-Encoding` of a response. */
  readonly encoding: string;
  readonly bytes: Uint8Array;
}

function repeated(block: Uint8Array, size: number): Buffer {
  return Buffer.concat(Array<Uint8Array>(Math.ceil(size / BLOCK)).fill(block));
}

/** RFC 1952: one member. Its blocks are flushed whole, so each can stand behind any other (RFC 1951 section 3.2.4). */
function gzipBomb(size: number): Buffer {
  const block = zlib.deflateRawSync(new Uint8Array(BLOCK), { level: 9, finishFlush: zlib.constants.Z_FULL_FLUSH });
  const [head, end] = [zlib.gzipSync('').subarray(0, 10), zlib.deflateRawSync('')];
  return Buffer.concat([head, repeated(block, size), end, Buffer.alloc(8)]);
}

/** RFC 1952 section 2.2: members that follow each other are one file. */
function gzipMembers(size: number): Buffer {
  return repeated(zlib.gzipSync(new Uint8Array(BLOCK), { level: 9 }), size);
}

/** RFC 7932: a flushed block of zeros after another one is the same bytes each time. */
async function brotliBomb(size: number): Promise<Buffer> {
  const coder = zlib.createBrotliCompress({ params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 5 } });
  const pieces: Buffer[][] = [[], [], []];
  for (const [at, piece] of pieces.entries()) {
    const take = (chunk: Buffer) => piece.push(chunk);
    coder.on('data', take);
    if (at === 2) coder.end();
    else await new Promise<void>((resolve) => coder.write(new Uint8Array(BLOCK), () => coder.flush(resolve)));
    if (at === 2) await once(coder, 'end');
    else await new Promise(setImmediate);
    coder.off('data', take);
  }
  const [first, next, end] = pieces.map((piece) => Buffer.concat(piece));
  return Buffer.concat([first!, repeated(next!, size - BLOCK), end!]);
}

/** Bombs by name, each of which decodes to `size` bytes of zeros. */
export async function makeBombs(size: number): Promise<Readonly<Record<string, Bomb>>> {
  const gzip = gzipBomb(size);
  return {
    gzip: { encoding: 'gzip', bytes: gzip },
    'gzip members': { encoding: 'gzip', bytes: gzipMembers(size) },
    br: { encoding: 'br', bytes: await brotliBomb(size) },
    ...(zstdCompressSync && {
      zstd: { encoding: 'zstd', bytes: repeated(zstdCompressSync(new Uint8Array(BLOCK)), size) },
    }),
    'gzip in gzip': { encoding: 'gzip, gzip', bytes: zlib.gzipSync(gzip) },
    'gzip in br': { encoding: 'gzip, br', bytes: zlib.brotliCompressSync(gzip, fast) },
  };
}

const fast = { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 4 } };

/**
 * The bytes that the test site serves: reproducible, so that a test can compare what arrived with what was meant
 * without asking the server.
 */

/**
 * `length` bytes of an endless pseudo-random sequence, from byte `start` on. Any part of the sequence is made without
 * the bytes before it, so that a range costs only its own length.
 */
export function seededBytes(length: number, seed = 0, start = 0): Buffer {
  const first = Math.floor(start / 4);
  const words = Math.ceil((start + length) / 4) - first;
  const out = Buffer.allocUnsafe(words * 4);
  for (let i = 0; i < words; i++) out.writeInt32LE(scramble(first + i, seed), i * 4);
  return out.subarray(start - first * 4, start - first * 4 + length);
}

/** The finaliser of MurmurHash3 over a counter: cheap, and no two neighbours look alike. */
function scramble(index: number, seed: number): number {
  let x = (Math.imul(index, 0x9e3779b1) + Math.imul(seed + 1, 0x7feb352d)) | 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}

/** `seededBytes` in pieces, for bodies that must not be in memory whole. */
export function* seededPieces(length: number, seed = 0, start = 0, piece = 65_536): Generator<Buffer> {
  for (let done = 0; done < length; done += piece) {
    yield seededBytes(Math.min(piece, length - done), seed, start + done);
  }
}

/** A text and its bytes in each charset that `/text` serves. */
export const textSamples: Readonly<Record<string, { readonly text: string; readonly bytes: Uint8Array }>> = {
  'utf-8': sample('Grüße, 世界 🌊\n', Buffer.from('Grüße, 世界 🌊\n', 'utf8')),
  'iso-8859-1': sample('Grüße aus Málaga\n', Buffer.from('Grüße aus Málaga\n', 'latin1')),
  'utf-16le': sample('Grüße, 世界\n', Buffer.from('Grüße, 世界\n', 'utf16le')),
  shift_jis: sample('日本語\n', Buffer.from('93fa967b8cea0a', 'hex')),
  gbk: sample('中国\n', Buffer.from('d6d0b9fa0a', 'hex')),
};

function sample(text: string, bytes: Uint8Array): { text: string; bytes: Uint8Array } {
  return { text, bytes };
}

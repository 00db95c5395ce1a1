import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Pieces } from '../../src/message/bytes.ts';

const KIB = 1024;
const whole = Uint8Array.from({ length: 100 * KIB }, (_, at) => (at * 31 + (at >> 8)) & 255);

/** Gathers all of `bytes` in pieces of these sizes, again and again. @param total what is promised at the first piece */
function gathered(bytes: Uint8Array, sizes: readonly number[], total?: number): Pieces {
  const pieces = new Pieces();
  for (let at = 0, turn = 0; at < bytes.byteLength; turn += 1) {
    const size = sizes[turn % sizes.length]!;
    if (pieces.isOne) pieces.expect(total);
    pieces.add(bytes.subarray(at, at + size));
    at += size;
  }
  return pieces;
}

const sizes: readonly (readonly number[])[] = [[1], [7], [8191, 1], [8192], [100, 20_000], [65_000, 3], [200 * KIB]];
const promises: readonly (readonly [title: string, total: number | undefined])[] = [
  ['nothing', undefined],
  ['what comes', whole.byteLength],
  ['one byte less', whole.byteLength - 1],
  ['one byte', 1],
  ['more than comes', 2 * whole.byteLength],
  ['more than is believed', 2 ** 40],
];

describe.each(promises)('Pieces that were promised %s', (_, total) => {
  it.each(sizes)('are the body again, in pieces of %d', (...of) => {
    expect(Buffer.compare(gathered(whole, of, total).bytes(), whole)).toBe(0);
  });

  it.each(sizes)('tell what has come so far, and keep it as it was, in pieces of %d', (...of) => {
    const pieces = gathered(whole.subarray(0, 10 * KIB), of, total);
    const soFar = pieces.bytes();
    pieces.add(whole.subarray(10 * KIB, 11 * KIB));
    expect(Buffer.compare(soFar, whole.subarray(0, 10 * KIB))).toBe(0);
    expect(Buffer.compare(pieces.bytes(), whole.subarray(0, 11 * KIB))).toBe(0);
  });
});

describe('Pieces', () => {
  it('are one piece without a copy', () => {
    expect(gathered(whole, [whole.byteLength], whole.byteLength).bytes().buffer).toBe(whole.buffer);
  });

  it('copy each byte of a promised body once', () => {
    const pieces = gathered(whole, [1000], whole.byteLength);
    expect(pieces.bytes().buffer).toBe(pieces.bytes().buffer);
    expect(pieces.bytes().buffer.byteLength).toBe(whole.byteLength);
  });

  it.each(sizes)('show no memory beyond what was written, in pieces of %d', (...of) => {
    for (const total of [2 * whole.byteLength, whole.byteLength, 20_000]) {
      const bytes = gathered(whole, of, total).bytes();
      expect(bytes.buffer.byteLength).toBe(whole.byteLength);
    }
  });

  it('allocate nothing of a promise beyond 1 MiB', () => {
    const pieces = gathered(whole, [1000], 2 ** 40);
    expect(pieces.bytes().buffer.byteLength).toBe(whole.byteLength);
  });

  it.each(
    promises
      .slice(0, 4)
      .flatMap(([title, total]) => [[title, 'before', total] as const, [title, 'between', total] as const]),
  )('that were promised %s are the body again with empty ones %s', (_, where, total) => {
    const [first, second] = [whole.subarray(0, 5000), whole.subarray(5000)];
    const none = new Uint8Array(0);
    const given = where === 'before' ? [none, none, whole] : [none, first, none, second, none];
    const pieces = new Pieces();
    for (const piece of given) {
      if (pieces.isOne) pieces.expect(total);
      pieces.add(piece);
    }
    expect(Buffer.compare(pieces.bytes(), whole)).toBe(0);
  });

  it('are nothing after clear', () => {
    const pieces = gathered(whole, [1000], whole.byteLength);
    pieces.clear();
    expect(pieces.bytes().byteLength).toBe(0);
    pieces.add(whole);
    expect(pieces.bytes()).toBe(whole);
  });
});

describe('Pieces where there is a Buffer that is not that of Node', () => {
  it('are the body again', () => {
    onTestFinished(() => void vi.unstubAllGlobals());
    vi.stubGlobal('Buffer', class {});
    const bytes = gathered(whole, [8192], whole.byteLength).bytes();
    vi.unstubAllGlobals();
    expect(bytes).toEqual(whole);
  });
});

import { Readable } from 'node:stream';
import { describe, expect, it, vi } from 'vitest';
import { Content, chunksOf, type StreamSource, whenEnded } from '../../src/message/content.ts';

const bytes = new Uint8Array([1, 2, 3]);
const released = vi.fn();

async function* generator(): AsyncGenerator<Uint8Array, void, undefined> {
  yield bytes;
  yield bytes;
}

/** Each kind of stream, which tells `released` when somebody drops it. */
const kinds: [string, () => StreamSource][] = [
  ['a Node stream', () => Readable.from([bytes, bytes]).on('close', released)],
  [
    'a web stream',
    () =>
      new ReadableStream<Uint8Array>({
        pull: (controller) => controller.enqueue(bytes),
        cancel: released,
      }),
  ],
  [
    'an iterable',
    () => ({
      [Symbol.asyncIterator]() {
        const drop = async () => {
          released();
          return { done: true as const, value: undefined };
        };
        return Object.assign(generator(), { return: drop });
      },
    }),
  ],
];

describe.each(kinds)('whenEnded over %s', (_, make) => {
  it('calls back once when it was dropped before it was read, and drops the stream below', async () => {
    released.mockClear();
    const ended = vi.fn();
    new Content(undefined, whenEnded(make(), ended)).discard(false);
    await new Promise(setImmediate);
    expect(ended).toHaveBeenCalledOnce();
    expect(released).toHaveBeenCalled();
  });

  it('calls back once when reading stops early', async () => {
    released.mockClear();
    const ended = vi.fn();
    for await (const chunk of chunksOf(whenEnded(make(), ended))) {
      expect(chunk).toEqual(bytes);
      expect(ended).not.toHaveBeenCalled();
      break;
    }
    await new Promise(setImmediate);
    expect(ended).toHaveBeenCalledOnce();
    expect(released).toHaveBeenCalled();
  });
});

it.each([
  ['a Node stream', () => Readable.from([bytes, bytes])],
  ['an iterable', generator],
])('whenEnded over %s calls back once when it was read to its end', async (_, make) => {
  const ended = vi.fn();
  let chunks = 0;
  for await (const _chunk of chunksOf(whenEnded(make(), ended))) chunks += 1;
  await new Promise(setImmediate);
  expect(chunks).toBe(2);
  expect(ended).toHaveBeenCalledOnce();
});

it('whenEnded calls back when the stream fails, and hands the failure on', async () => {
  const ended = vi.fn();
  const source = whenEnded(
    (async function* () {
      yield bytes;
      throw new Error('cut');
    })(),
    ended,
  );
  const read = async () => {
    for await (const _chunk of chunksOf(source)) expect(ended).not.toHaveBeenCalled();
  };
  await expect(read()).rejects.toThrow('cut');
  expect(ended).toHaveBeenCalledOnce();
});

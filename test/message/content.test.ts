import { Readable } from 'node:stream';
import { describe, expect, it, vi } from 'vitest';
import {
  Content,
  charsetOf,
  decodeText,
  isNodeStream,
  type StreamSource,
  toNodeStream,
  toWebStream,
  whenEnded,
} from '../../src/message/content.ts';

const refuse = () => new Error('refused');

/** Each kind of stream that says nothing, and the function that is called when it is released. */
const silent: [string, (released: () => void) => StreamSource][] = [
  ['a Node stream', (released) => new Readable({ read() {} }).on('close', released)],
  ['a web stream', (cancel) => new ReadableStream({ cancel })],
  [
    'an async iterable',
    (released) => {
      const iterator = {
        next: () => new Promise<never>(() => undefined),
        return: async () => {
          released();
          return { done: true as const, value: undefined };
        },
        [Symbol.asyncIterator]: () => iterator,
      };
      return iterator;
    },
  ],
];

/** The bytes of `text`, two by two. */
const speaking: [string, (text: string) => StreamSource][] = [
  ['a Node stream', (text) => Readable.from(pairs(text), { objectMode: false })],
  ['a web stream', (text) => Readable.toWeb(Readable.from(pairs(text))) as unknown as ReadableStream<Uint8Array>],
  [
    'an async iterable',
    async function* (text) {
      yield* pairs(text);
    },
  ],
];

function* pairs(text: string): Generator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += 2) yield bytes.subarray(at, at + 2);
}

describe.each(speaking)('%s', (_, make) => {
  it('is buffered once', async () => {
    const content = new Content(undefined, make('hello'));
    expect(content.used).toBe(false);
    expect(Buffer.from(await content.buffer(refuse)).toString()).toBe('hello');
    expect(content.used).toBe(true);
    await expect(content.buffer(refuse)).rejects.toThrow('refused');
  });

  it('is the same bytes as a web stream and as a Node stream', async () => {
    expect(await new Response(toWebStream(make('hello'))).text()).toBe('hello');
    const node = toNodeStream(make('hello')) as unknown as Readable;
    expect(Buffer.concat(await node.toArray()).toString()).toBe('hello');
  });

  it('tells when it has ended, once', async () => {
    const ended = vi.fn();
    const content = new Content(undefined, whenEnded(make('hello'), ended));
    await content.buffer(refuse);
    await vi.waitFor(() => expect(ended).toHaveBeenCalledOnce());
  });
});

describe.each(silent)('%s that nobody reads', (_, make) => {
  it('is released by discard, once', async () => {
    const released = vi.fn();
    const content = new Content(undefined, make(released));
    content.discard(false);
    content.discard(false);
    await vi.waitFor(() => expect(released).toHaveBeenCalledOnce());
    expect(() => content.take(refuse)).toThrow('refused');
  });

  it('is released when its web stream is cancelled', async () => {
    const released = vi.fn();
    await toWebStream(make(released)).cancel();
    await vi.waitFor(() => expect(released).toHaveBeenCalledOnce());
  });

  it('is released when its Node stream is destroyed', async () => {
    const released = vi.fn();
    (toNodeStream(make(released)) as unknown as Readable).destroy();
    await vi.waitFor(() => expect(released).toHaveBeenCalledOnce());
  });

  it('tells that it ended when it is dropped', async () => {
    const ended = vi.fn();
    new Content(
      undefined,
      whenEnded(
        make(() => undefined),
        ended,
      ),
    ).discard(false);
    await vi.waitFor(() => expect(ended).toHaveBeenCalledOnce());
  });
});

describe.each(silent.slice(0, 2))('%s whose read waits', (_, make) => {
  it('is released when its web stream is cancelled', async () => {
    const released = vi.fn();
    const reader = toWebStream(make(released)).getReader();
    const reading = reader.read().catch(() => undefined);
    await reader.cancel();
    await vi.waitFor(() => expect(released).toHaveBeenCalledOnce());
    await reading;
  });

  it('is released when its Node stream is destroyed', async () => {
    const released = vi.fn();
    const stream = toNodeStream(make(released)) as unknown as Readable;
    stream.resume();
    await new Promise(setImmediate);
    stream.destroy();
    await vi.waitFor(() => expect(released).toHaveBeenCalledOnce());
  });
});

describe('bytes', () => {
  const bytes = Buffer.from('hello');

  it('are never used up', async () => {
    const content = new Content(bytes);
    expect(await content.buffer(refuse)).toBe(bytes);
    content.discard(false);
    expect(await content.buffer(refuse)).toBe(bytes);
    expect(content.used).toBe(false);
  });

  it('are a Node stream of bytes', async () => {
    const stream = toNodeStream(bytes) as unknown as Readable;
    expect(stream.readableObjectMode).toBe(false);
    expect(Buffer.concat(await stream.toArray()).toString()).toBe('hello');
    expect(await (toNodeStream(new Uint8Array(0)) as unknown as Readable).toArray()).toEqual([]);
  });
});

it('a short rest is drained instead of its connection closed', async () => {
  const source = Readable.from(pairs('hello'), { objectMode: false });
  const end = vi.fn();
  source.on('end', end);
  new Content(undefined, source).discard(true);
  await vi.waitFor(() => expect(end).toHaveBeenCalled());
});

it('a stream that fails while it is discarded harms nobody', async () => {
  const source = new Readable({ read() {} });
  new Content(undefined, source).discard(true);
  source.destroy(new Error('broken'));
  await new Promise((resolve) => source.once('close', resolve));
  expect(source.errored).not.toBeNull();
});

it.each([
  [null, undefined],
  ['text/plain', undefined],
  ['text/plain; charset=UTF-8', 'utf-8'],
  ['text/plain;charset="iso-8859-1"', 'iso-8859-1'],
  ['text/plain; a=b ; CharSet = GBK; c=d', 'gbk'],
  ['text/plain; x-charset=a', undefined],
])('the charset of %j is %j', (type, charset) => {
  expect(charsetOf(type)).toBe(charset);
});

it.each([
  [undefined, Buffer.from('\ufeffä'), 'ä'],
  ['utf-8', Buffer.from('ä'), 'ä'],
  ['latin1', Buffer.from([0xe4]), 'ä'],
  ['utf-16le', Buffer.from('ä', 'utf16le'), 'ä'],
  ['utf-16be', Buffer.from([0, 0xe4]), 'ä'],
  ['shift_jis', Buffer.from([0x93, 0xfa]), '日'],
  ['gbk', Buffer.from([0xc4, 0xe3]), '你'],
  ['nonsense', Buffer.from('ä'), 'ä'],
  ['utf-8', Buffer.from([0xff]), '\ufffd'],
])('bytes in %s are text', (charset, bytes, text) => {
  expect(decodeText(bytes, charset)).toBe(text);
});

it.each([[null], [1], [{}], [{ pipe: true }], [new ReadableStream()]])('%o is no Node stream', (value) => {
  expect(isNodeStream(value)).toBe(false);
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseEvents as boundEvents, splitLines as boundLines, parseNdjson } from '../../src/message/line-readers.ts';
import type { HeldText, ServerSentEvent } from '../../src/message/readers.ts';

const unbound: HeldText = { limit: Number.POSITIVE_INFINITY, fail: () => expect.unreachable() };
const splitLines = (chunks: AsyncIterable<Uint8Array>, charset?: string) => boundLines(chunks, unbound, charset);
const parseEvents = (chunks: AsyncIterable<Uint8Array>) => boundEvents(chunks, unbound);

async function* stream(chunks: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

/** Cuts bytes at the given places, which may be anywhere. */
function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const at = [0, ...places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return at.slice(1).map((end, i) => bytes.subarray(at[i], end));
}

const whole = (text: string) => stream([Buffer.from(text)]);
const places = fc.array(fc.nat(500), { maxLength: 12 });

describe('lines', () => {
  it.each<[string, string[]]>([
    ['', []],
    ['a', ['a']],
    ['a\n', ['a']],
    ['a\nb', ['a', 'b']],
    ['a\r\nb\r\n', ['a', 'b']],
    ['a\rb\r', ['a', 'b']],
    ['\n', ['']],
    ['\n\n', ['', '']],
    ['\r\n\r\n', ['', '']],
    ['\n\r', ['', '']],
    ['a\n\nb', ['a', '', 'b']],
    ['\ufeffa\nb', ['a', 'b']],
    ['a\u2028b\n', ['a\u2028b']],
  ])('of %j are %j', async (text, lines) => {
    expect(await all(splitLines(whole(text)))).toEqual(lines);
  });

  it('are the same however the bytes are cut', async () => {
    const text = fc.array(fc.constantFrom('\n', '\r', '\r\n', 'a', 'ä', '😀', ' ', 'data: x'), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(text, places, async (pieces, at) => {
        const bytes = Buffer.from(pieces.join(''));
        expect(await all(splitLines(stream(cut(bytes, at))))).toEqual(await all(splitLines(stream([bytes]))));
      }),
    );
  });

  it('are those that a split of the whole text gives', async () => {
    const text = fc.array(fc.constantFrom('\n', '\r', '\r\n', 'a', 'ä'), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(text, places, async (pieces, at) => {
        const expected = pieces.join('').split(/\r\n|\n|\r/);
        if (expected.at(-1) === '') expected.pop();
        expect(await all(splitLines(stream(cut(Buffer.from(pieces.join('')), at))))).toEqual(expected);
      }),
    );
  });

  it.each([
    ['iso-8859-1', Buffer.from([0xe4, 0x0a, 0xf6]), ['ä', 'ö']],
    ['utf-16le', Buffer.from('ä\nö', 'utf16le'), ['ä', 'ö']],
    ['shift_jis', Buffer.from([0x93, 0xfa, 0x0a, 0x96, 0x7b]), ['日', '本']],
    ['no-such-charset', Buffer.from('ä\nö'), ['ä', 'ö']],
  ])('are decoded as %s, also when a character is cut', async (charset, bytes, lines) => {
    const single = Array.from(bytes, (_, i) => bytes.subarray(i, i + 1));
    expect(await all(splitLines(stream(single), charset))).toEqual(lines);
  });

  it('come as soon as their end is there, a CR too', async () => {
    let pulled = 0;
    async function* slow() {
      for (const piece of ['a\r', '\nb\n', 'c']) {
        pulled += 1;
        yield Buffer.from(piece);
      }
    }
    const lines = splitLines(slow());
    expect([(await lines.next()).value, pulled]).toEqual(['a', 1]);
    expect([(await lines.next()).value, pulled]).toEqual(['b', 2]);
    expect([(await lines.next()).value, pulled]).toEqual(['c', 3]);
  });

  it('of many megabytes in small chunks are looked at once', async () => {
    const chunk = Buffer.alloc(1000, 'x');
    const lines = await all(splitLines(stream(Array.from({ length: 20_000 }, () => chunk))));
    expect(lines.map((line) => line.length)).toEqual([20_000_000]);
  });
});

describe('server-sent events', () => {
  const event = (data: string, more: Partial<ServerSentEvent> = {}): ServerSentEvent => ({
    event: 'message',
    data,
    id: '',
    retry: undefined,
    ...more,
  });

  it.each<[string, string, ServerSentEvent[]]>([
    ['data', 'data: a\n\n', [event('a')]],
    ['data without a space', 'data:a\n\n', [event('a')]],
    ['one space less', 'data:  a \n\n', [event(' a ')]],
    ['several lines', 'data: a\ndata: b\ndata\n\n', [event('a\nb\n')]],
    ['a colon in the data', 'data: a: b\n\n', [event('a: b')]],
    ['a type', 'event: add\ndata: a\n\ndata: b\n\n', [event('a', { event: 'add' }), event('b')]],
    [
      'an id that stays',
      'id: 1\ndata: a\n\ndata: b\n\nid\ndata: c\n\n',
      [event('a', { id: '1' }), event('b', { id: '1' }), event('c')],
    ],
    ['an id with NUL', 'id: 1\0\ndata: a\n\n', [event('a')]],
    ['retry', 'retry: 250\ndata: a\n\ndata: b\n\n', [event('a', { retry: 250 }), event('b')]],
    ['retry alone, told with the next event', 'retry: 250\n\ndata: a\n\n', [event('a', { retry: 250 })]],
    ['retry that is no number', 'retry: 1s\ndata: a\n\n', [event('a')]],
    ['comments', ': hello\n\n:\ndata: a\n\n', [event('a')]],
    ['unknown fields', 'foo: x\nDATA: y\ndata: a\n\n', [event('a')]],
    ['a type without data', 'event: x\n\ndata: a\n\n', [event('a')]],
    ['empty data', 'data\n\ndata:\n\n', [event(''), event('')]],
    ['an incomplete end', 'data: a\n\ndata: b\n', [event('a')]],
    ['a byte order mark', '\ufeffdata: a\n\n', [event('a')]],
    ['CRLF', 'data: a\r\n\r\ndata: b\r\n\r\n', [event('a'), event('b')]],
    ['CR', 'data: a\r\rdata: b\r\r', [event('a'), event('b')]],
  ])('with %s', async (_, text, events) => {
    expect(await all(parseEvents(whole(text)))).toEqual(events);
  });

  it('are the same however the bytes are cut', async () => {
    const piece = fc.constantFrom('data: ä', 'data:', 'event: x', 'id: 1', 'retry: 5', ': c', '', '😀');
    const end = fc.constantFrom('\n', '\r\n', '\r', '\n\n', '\r\n\r\n');
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(piece, end), { maxLength: 15 }), places, async (parts, at) => {
        const bytes = Buffer.from(parts.flat().join(''));
        expect(await all(parseEvents(stream(cut(bytes, at))))).toEqual(await all(parseEvents(stream([bytes]))));
      }),
    );
  });
});

describe('ndjson', () => {
  const fail = (line: number, cause: unknown) => new Error(`line ${line}`, { cause });
  const parse = (text: string) => all(parseNdjson(splitLines(whole(text)), fail));

  it('gives a value for each line that is not blank', async () => {
    expect(await parse('{"a":1}\n\n [2] \r\nnull\n"x"')).toEqual([{ a: 1 }, [2], null, 'x']);
  });

  it('names the line that is not JSON, after the values before it', async () => {
    const values: unknown[] = [];
    const reading = (async () => {
      for await (const value of parseNdjson(splitLines(whole('1\n\n{')), fail)) values.push(value);
    })();
    await expect(reading).rejects.toThrow('line 3');
    expect(values).toEqual([1]);
  });
});

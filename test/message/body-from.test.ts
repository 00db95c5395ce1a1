import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { RequestBody } from '../../src/message/body.ts';
import { type BodyInit, bodyFrom } from '../../src/message/body-from.ts';

const web = (text: string) => new Blob([text]).stream();
async function* chunks(): AsyncGenerator<string> {
  yield 'a';
  yield 'bc';
}
function* sync(): Generator<string> {
  yield* ['a', 'bc'];
}

type Facts = { length: number | undefined; replayable: boolean; contentType?: string };

describe('every kind of body', () => {
  it.each<[string, () => BodyInit, Facts]>([
    ['text', () => 'abc', { length: 3, replayable: true }],
    ['no text', () => '', { length: 0, replayable: true }],
    ['Uint8Array', () => Uint8Array.from([97, 98, 99]), { length: 3, replayable: true }],
    ['Buffer', () => Buffer.from('abc'), { length: 3, replayable: true }],
    ['ArrayBuffer', () => Uint8Array.from([97, 98, 99]).buffer, { length: 3, replayable: true }],
    ['a view', () => new DataView(Uint8Array.from([0, 97, 98, 99]).buffer, 1), { length: 3, replayable: true }],
    ['Blob', () => new Blob(['abc']), { length: 3, replayable: true }],
    ['typed Blob', () => new Blob(['abc'], { type: 'a/b' }), { length: 3, replayable: true, contentType: 'a/b' }],
    ['File', () => new File(['abc'], 'x.txt', { type: 'a/b' }), { length: 3, replayable: true, contentType: 'a/b' }],
    ['Node stream', () => Readable.from(['a', 'bc']), { length: undefined, replayable: false }],
    ['web stream', () => web('abc'), { length: undefined, replayable: false }],
    ['async iterable', () => chunks(), { length: undefined, replayable: false }],
    ['iterable', () => sync(), { length: undefined, replayable: false }],
    ['list', () => ['a', Uint8Array.from([98, 99])], { length: undefined, replayable: false }],
    ['function of text', () => () => 'abc', { length: undefined, replayable: true }],
    ['function of bytes', () => () => Buffer.from('abc'), { length: undefined, replayable: true }],
    ['function of a promise', () => async () => 'abc', { length: undefined, replayable: true }],
    ['function of a Node stream', () => () => Readable.from(['a', 'bc']), { length: undefined, replayable: true }],
    ['function of a web stream', () => () => web('abc'), { length: undefined, replayable: true }],
    ['function of a Blob', () => () => new Blob(['abc']), { length: undefined, replayable: true }],
    ['function of a RequestBody', () => () => RequestBody.fromText('abc'), { length: undefined, replayable: true }],
    ['generator function', () => chunks, { length: undefined, replayable: true }],
  ])('%s', async (_, make, facts) => {
    const body = bodyFrom(make())!;
    expect(body.length).toBe(facts.length);
    expect(body.replayable).toBe(facts.replayable);
    expect(body.contentType).toBe(facts.contentType);
    expect(await body.text()).toBe('abc'.slice(0, facts.length));
    if (facts.replayable) expect(await body.text()).toBe('abc'.slice(0, facts.length));
    else await expect(body.text()).rejects.toThrow('already read');
  });

  it('of a form is spelled as the web does', async () => {
    const body = bodyFrom(new URLSearchParams({ a: 'b c', d: 'é' }))!;
    expect(body.contentType).toBe('application/x-www-form-urlencoded;charset=UTF-8');
    expect(await body.text()).toBe('a=b+c&d=%C3%A9');
    expect(await bodyFrom(() => new URLSearchParams({ a: 'b' }))!.text()).toBe('a=b');
  });

  it('of FormData is what fetch would send', async () => {
    const form = new FormData();
    form.set('a', 'b');
    form.set('f', new File(['x'], 'x.txt', { type: 'text/plain' }));
    const body = bodyFrom(form)!;
    const parsed = await new Response((await body.toBytes()) as Uint8Array<ArrayBuffer>, {
      headers: { 'Content-Type': body.contentType! },
    }).formData();
    expect(parsed.get('a')).toBe('b');
    expect((parsed.get('f') as File).name).toBe('x.txt');
    expect(body.length).toBe((await body.toBytes()).byteLength);
  });

  it('is nothing for null and undefined, and itself for a RequestBody', () => {
    expect(bodyFrom(null)).toBeNull();
    expect(bodyFrom(undefined)).toBeNull();
    const body = RequestBody.fromText('x');
    expect(bodyFrom(body)).toBe(body);
  });
});

describe('what is no body', () => {
  it.each<[string, unknown, string]>([
    ['a number', 1, 'got number'],
    ['a boolean', true, 'got boolean'],
    ['a plain object', { a: 1 }, 'got Object; to send an object use json or formParams'],
    ['a Date', new Date(0), 'got Date'],
    ['a promise', Promise.resolve('x'), 'got a promise'],
    ['a symbol', Symbol('x'), 'got symbol'],
  ])('%s is refused at once', (_, value, message) => {
    expect(() => bodyFrom(value as BodyInit)).toThrow(TypeError);
    expect(() => bodyFrom(value as BodyInit)).toThrow(message);
  });

  it.each<[string, () => unknown, string]>([
    ['a number', () => 1, 'got number'],
    ['nothing', () => undefined, 'got undefined'],
    ['an object', () => ({}), 'use json or formParams'],
    ['FormData', () => new FormData(), 'give the form itself'],
  ])('a function of %s is refused when it is sent', async (_, make, message) => {
    await expect(bodyFrom(make as () => string)!.toBytes()).rejects.toThrow(message);
  });

  it('a stream whose chunks are no bytes fails when it is sent', async () => {
    await expect(bodyFrom(Readable.from([1, 2]))!.toBytes()).rejects.toThrow('must be bytes or strings, got number');
  });
});

describe('a stream that cannot be read any more', () => {
  it.each<[string, () => BodyInit | Promise<BodyInit>]>([
    [
      'a locked web stream',
      () => {
        const stream = web('x');
        stream.getReader();
        return stream;
      },
    ],
    [
      'a web stream that was read',
      async () => {
        const stream = web('x');
        const reader = stream.getReader();
        await reader.read();
        reader.releaseLock();
        return stream;
      },
    ],
    [
      'a Node stream that was read',
      async () => {
        const stream = Readable.from(['x']);
        for await (const _ of stream);
        return stream;
      },
    ],
    ['a destroyed Node stream', () => Readable.from(['x']).destroy()],
  ])('%s is refused at once', async (_, make) => {
    const stream = await make();
    expect(() => bodyFrom(stream)).toThrow('body is a stream that was already read, locked or destroyed');
  });
});

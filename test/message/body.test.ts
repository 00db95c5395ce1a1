import { inspect } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { concatBytes, RequestBody, toBytes } from '../../src/message/body.ts';

async function collected(body: RequestBody): Promise<string[]> {
  const chunks: string[] = [];
  for await (const chunk of body.open()) chunks.push(Buffer.from(chunk).toString());
  return chunks;
}

describe('a body in memory', () => {
  const body = RequestBody.fromText('hä', 'text/x');

  it('knows its length in bytes, its type, and that it can be sent again', () => {
    expect(body).toMatchObject({ length: 3, replayable: true, contentType: 'text/x', used: false });
    expect(body.bytes).toEqual(Uint8Array.from(Buffer.from('hä')));
  });

  it('can be opened any number of times', async () => {
    expect(await collected(body)).toEqual(['hä']);
    expect(await collected(body)).toEqual(['hä']);
    expect(await body.text()).toBe('hä');
    expect(String(body)).toBe('hä');
  });

  it('without bytes gives no chunk', async () => {
    expect(await collected(RequestBody.fromBytes(new Uint8Array(0)))).toEqual([]);
  });
});

describe('a body from a factory', () => {
  it('asks for a fresh source each time', async () => {
    const open = vi.fn(async () => ['a', Uint8Array.of(98)]);
    const body = RequestBody.fromFactory(open, 2);
    expect(body).toMatchObject({ length: 2, replayable: true, bytes: undefined });
    expect(await collected(body)).toEqual(['a', 'b']);
    expect(await body.text()).toBe('ab');
    expect(open).toHaveBeenCalledTimes(2);
    expect(body.used).toBe(false);
  });

  it('hands on what the factory throws', async () => {
    const body = RequestBody.fromFactory(() => {
      throw new Error('no source');
    });
    await expect(body.toBytes()).rejects.toThrow('no source');
  });
});

describe('a body that can be read once', () => {
  it('says so when it is opened again', async () => {
    const body = RequestBody.once(['a', 'b']);
    expect(body).toMatchObject({ length: undefined, replayable: false, used: false });
    expect(await body.text()).toBe('ab');
    expect(body.used).toBe(true);
    await expect(body.text()).rejects.toThrow(TypeError);
    await expect(body.text()).rejects.toThrow('already read; give a function that returns a fresh one');
  });

  it('releases its source when it is left early', async () => {
    const released = vi.fn();
    async function* source() {
      try {
        yield 'a';
        yield 'b';
      } finally {
        released();
      }
    }
    for await (const _ of RequestBody.once(source()).open()) break;
    expect(released).toHaveBeenCalledOnce();
  });

  it('hands on the failure of its source', async () => {
    async function* source() {
      yield 'a';
      throw new Error('midway');
    }
    await expect(RequestBody.once(source()).toBytes()).rejects.toThrow('midway');
  });

  it('never shows its content', () => {
    const body = RequestBody.once(['s3cret']);
    expect(String(body)).toBe('[stream]');
    expect(inspect(body)).toBe('RequestBody { length: undefined, replayable: false }');
    expect(JSON.stringify(RequestBody.fromText('s3cret'))).toBe('{"length":6,"replayable":true}');
  });
});

it.each<[string, unknown, number[]]>([
  ['text', 'aä', [97, 195, 164]],
  ['bytes', Uint8Array.of(1), [1]],
  ['a Buffer', Buffer.from([2]), [2]],
  ['an ArrayBuffer', Uint8Array.of(3).buffer, [3]],
  ['a view', new DataView(Uint8Array.of(1, 2, 3, 4).buffer, 1, 2), [2, 3]],
])('toBytes takes %s', (_, chunk, expected) => {
  expect([...toBytes(chunk)]).toEqual(expected);
});

it.each([[1], [null], [undefined], [{}], [['a']]])('toBytes refuses %j', (chunk) => {
  expect(() => toBytes(chunk)).toThrow(/a body's chunks must be bytes or strings, got/);
});

it('concatBytes copies nothing when there is one chunk', () => {
  const chunk = Uint8Array.of(1, 2);
  expect(concatBytes([chunk])).toBe(chunk);
  expect([...concatBytes([chunk, chunk])]).toEqual([1, 2, 1, 2]);
  expect(concatBytes([]).byteLength).toBe(0);
});

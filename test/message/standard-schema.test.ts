import { type } from 'arktype';
import * as v from 'valibot';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { Client } from '../../src/client/client.ts';
import { BodyError, isBodyError } from '../../src/message/errors.ts';
import { HttpRequest } from '../../src/message/request.ts';
import { HttpResponse } from '../../src/message/response.ts';
import type { StandardSchema } from '../../src/message/standard-schema.ts';
import { mockHandler } from '../../src/testing/index.ts';

const user = {
  zod: z.object({ name: z.string(), age: z.number() }),
  valibot: v.object({ name: v.string(), age: v.number() }),
  arktype: type({ name: 'string', age: 'number' }),
};
const ada = { name: 'Ada', age: 36 };
const schema = (validate: (value: unknown) => unknown): StandardSchema =>
  ({ '~standard': { version: 1, vendor: 'test', validate } }) as StandardSchema;

async function failed(given: StandardSchema, value: unknown = ada): Promise<BodyError> {
  const error: unknown = await HttpResponse.json(value)
    .json(given)
    .catch((failure: unknown) => failure);
  expect(error).toBeInstanceOf(BodyError);
  return error as BodyError;
}

describe.each(Object.entries(user))('a schema of %s', (_, of) => {
  it('gives its output, on the response and on the promise', async () => {
    const value = await HttpResponse.json(ada).json(of);
    expectTypeOf(value).toEqualTypeOf<{ name: string; age: number }>();
    expect(value).toEqual(ada);
    const pending = new Client({ handler: mockHandler([HttpResponse.json(ada)]) }).get('http://a.test/').json(of);
    expectTypeOf(pending).resolves.toEqualTypeOf<{ name: string; age: number }>();
    expect(await pending).toEqual(ada);
  });

  it('says what does not fit', async () => {
    const error = await failed(of, { name: 'Ada', age: 'old' });
    expect([error.code, isBodyError(error), error.issues.length]).toEqual(['ERR_BODY_SCHEMA', true, 1]);
    expect(error.message).toMatch(/^the body does not fit the schema: at age: .*number/);
    expect(error.response.status).toBe(200);
  });

  it('checks each line of ndjson and each event', async () => {
    const lines = new HttpResponse(200, {}, `${JSON.stringify(ada)}\n{"name":1}\n`).ndjson(of);
    expect((await lines.next()).value).toEqual(ada);
    await expect(lines.next()).rejects.toMatchObject({ code: 'ERR_BODY_SCHEMA' });
    const events = new HttpResponse(200, {}, `id: 7\ndata: ${JSON.stringify(ada)}\n\ndata: 1\n\n`).events(of);
    expect((await events.next()).value).toMatchObject({ id: '7', event: 'message', data: ada });
    await expect(events.next()).rejects.toMatchObject({ code: 'ERR_BODY_SCHEMA' });
  });
});

describe('any Standard Schema', () => {
  it('may change the value, at once or later', async () => {
    const changing = z.object({ at: z.iso.datetime().transform((text) => new Date(text)) });
    const { at } = await HttpResponse.json({ at: '2026-01-02T03:04:05Z' }).json(changing);
    expect(at.getUTCFullYear()).toBe(2026);
    const later = z.string().refine(async (text) => text !== 'taken', 'is taken');
    expect(await HttpResponse.json('free').json(later)).toBe('free');
    expect((await failed(later, 'taken')).message).toBe('the body does not fit the schema: is taken');
  });

  it.each<[string, (value: unknown) => unknown, string]>([
    ['throws', () => JSON.parse('{'), 'the schema threw'],
    ['rejects', async () => JSON.parse('{'), 'the schema threw'],
    ['gives nothing', () => undefined, 'neither a value nor issues'],
    ['gives text', () => 'yes', 'neither a value nor issues'],
    ['has no issue to name', () => ({ issues: [] }), 'no issue is named'],
    [
      'names a path of keys',
      () => ({ issues: [{ message: 'no', path: ['a', 0, { key: 'b' }] }] }),
      'schema: at a[0].b: no',
    ],
    [
      'repeats control characters',
      () => ({ issues: [{ message: 'no \u001b[2J', path: ['\u001b[31mkey'] }] }),
      'schema: at \\u001b[31mkey: no \\u001b[2J',
    ],
    ['writes lines', () => ({ issues: [{ message: 'one\n  two' }] }), 'schema: one two'],
    ['names many', () => ({ issues: Array(9).fill({ message: 'no' }) }), 'no; no; no; 6 more'],
    ['repeats a secret', () => ({ issues: [{ message: 'was hunter2', path: ['password'] }] }), 'at password: ***'],
  ])('ends in an error when it %s', async (_, validate, fact) => {
    const error = await failed(schema(validate));
    expect(error.code).toBe('ERR_BODY_SCHEMA');
    expect(error.message).toContain(fact);
    if (fact === 'the schema threw') expect(error.cause).toBeInstanceOf(SyntaxError);
  });

  it('shows no secret of the request, and nothing of the body in the fields of the error', async () => {
    const request = new HttpRequest('GET', 'http://a.test/', { Authorization: 'Bearer abcdefgh' });
    const response = HttpResponse.json(1).with({ request });
    const echo = schema(() => ({ issues: [{ message: 'got abcdefgh', path: ['x'] }] }));
    const error: unknown = await response.json(echo).catch((failure: unknown) => failure);
    expect((error as Error).message).toContain('at x: got ***');
    expect(Object.keys(error as object)).not.toContain('issues');
  });

  it.each([null, 5, {}, { '~standard': {} }, () => true])('is asked for when %s is given', async (given) => {
    const message = 'takes a schema with "~standard"';
    await expect(HttpResponse.json(1).json(given as never)).rejects.toThrow(message);
    expect(() => HttpResponse.json(1).events(given as never)).toThrow(message);
    expect(() => HttpResponse.json(1).ndjson(given as never)).toThrow(message);
  });

  it.each(['events', 'ndjson'] as const)(
    '%s awaits one that is async, and tells of one that throws',
    async (reader) => {
      const answer = () => new HttpResponse(200, {}, reader === 'events' ? 'data: 1\n\ndata: 2\n\n' : '1\n2\n');
      const later = schema(async (value) => ({ value: Number(value) * 10 }));
      const read = (of: StandardSchema): AsyncGenerator<unknown> =>
        reader === 'events' ? answer().events(of) : answer().ndjson(of);
      const seen: unknown[] = [];
      for await (const one of read(later)) seen.push(reader === 'events' ? (one as { data: unknown }).data : one);
      expect(seen).toEqual([10, 20]);
      const thrower = schema(() => JSON.parse('{'));
      await expect(read(thrower).next()).rejects.toMatchObject({ code: 'ERR_BODY_SCHEMA' });
    },
  );

  it('needs JSON before', async () => {
    await expect(new HttpResponse(200, {}, '<p>').json(user.zod)).rejects.toMatchObject({ code: 'ERR_BODY_JSON' });
    const events = new HttpResponse(200, {}, 'data: [DONE]\n\n').events(user.zod);
    await expect(events.next()).rejects.toMatchObject({ code: 'ERR_BODY_JSON' });
  });

  it('lets go of the stream when nobody wants more', async () => {
    let isCancelled = false;
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new TextEncoder().encode('1\n')),
      cancel: () => {
        isCancelled = true;
      },
    });
    for await (const value of new HttpResponse(200, {}, body).ndjson(z.number())) {
      expect(value).toBe(1);
      break;
    }
    expect(isCancelled).toBe(true);
  });
});

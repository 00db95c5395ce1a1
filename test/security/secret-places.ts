/** Secrets that tell where they were put, and every way in which a program may show a value. */
import { format, inspect } from 'node:util';
import { HttpResponse } from '../../src/message/response.ts';
import type { RequestOptions } from '../../src/options/options.ts';

/** A secret that names its place. */
export const hush = (place: string): string => `hush-${place}-4f9c1e`;

/** Options with a secret in every place that has one. `own` stands for names that only the caller knows. */
export function secretOptions(): RequestOptions {
  return {
    headers: {
      Authorization: `Bearer ${hush('authorization')}`,
      Cookie: `sid=${hush('cookie-header')}`,
      'X-Api-Key': hush('api-key'),
      'X-Session-Token': hush('session-token'),
      'X-Own': hush('own-header'),
    },
    query: { access_token: hush('query'), 'user[password]': hush('nested-query'), own: hush('own-query') },
    cookies: { session: hush('cookie-option') },
    json: { password: hush('json-member'), nested: { api_key: hush('json-nested') } },
    redact: ['x-own', 'own'],
    context: { user: 'ada' },
  };
}

/** What the answer holds: a server may send secrets of its own, and repeat those of the request. */
export function secretAnswer(status: number): HttpResponse {
  return new HttpResponse(
    status,
    {
      'Content-Type': 'application/json',
      'Set-Cookie': [`sid=${hush('set-cookie')}; Path=/`, `second=${hush('set-cookie-2')}`],
      Location: `http://ada:${hush('location-password')}@127.0.0.1:1/?token=${hush('location-query')}`,
      Link: `<http://127.0.0.1:1/?sig=${hush('link')}>; rel=next`,
      'X-Own': hush('own-answer'),
      'X-Refused': hush('api-key'),
    },
    JSON.stringify({ access_token: hush('answer-member'), said: `Bearer ${hush('authorization')}` }),
    '1.1',
    `No ${hush('authorization')}`,
  );
}

/** What a program may write of a value: to a console, as JSON, as text; of an error its causes too. */
export function shown(value: unknown): string {
  const whole = { depth: 12, maxStringLength: null, breakLength: 120 };
  const texts = [
    inspect(value, whole),
    inspect(value, { ...whole, showHidden: true }),
    format('%o', value),
    asJson(value),
  ];
  if (typeof value === 'object' && value !== null && 'toString' in value) texts.push(String(value));
  for (let error = value, depth = 0; error instanceof Error && depth < 8; error = error.cause, depth += 1) {
    texts.push(error.message, String(error.stack), asJson(error), inspect(error), inspect({ ...error }));
    // What the runtime prints of an error that nobody caught, and what a logger finds that walks it.
    texts.push(inspect(error, { ...whole, customInspect: false, showHidden: true }), walked(error));
    if (error instanceof AggregateError) texts.push(...error.errors.map((one) => shown(one)));
  }
  return texts.join('\n');
}

/** Every string that is found by the keys of a value and of what these hold, as loggers and `structuredClone` do. */
export function walked(value: unknown, seen = new Set<unknown>()): string {
  if (typeof value === 'string') return value;
  if (ArrayBuffer.isView(value))
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('latin1');
  if (typeof value !== 'object' || value === null || seen.has(value)) return '';
  seen.add(value);
  const texts: string[] = [];
  for (const name in value) texts.push(name, walked((value as Record<string, unknown>)[name], seen));
  for (const name of Reflect.ownKeys(value)) texts.push(walked((value as Record<PropertyKey, unknown>)[name], seen));
  return texts.join('\n');
}

function asJson(value: unknown): string {
  return (
    JSON.stringify(value, (_, one: unknown) => (typeof one === 'bigint' || typeof one === 'function' ? '' : one)) ?? ''
  );
}

/** The places whose secret a text shows, whole or in base64, with a piece of what stands around it. */
export function leaks(text: string): string[] {
  const plain = [...text.matchAll(/.{0,40}(hush-[\w-]+?-4f9c1e)/gs)].map(([around]) => around.replace(/\s+/g, ' '));
  const coded = [...text.matchAll(/[A-Za-z0-9+/=_-]{16,}/g)]
    .filter(([word]) => Buffer.from(word, 'base64').toString('latin1').includes('hush-'))
    .map(([word]) => `base64 ${word}`);
  return [...new Set([...plain, ...coded])];
}

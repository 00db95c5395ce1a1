/** Compiled, never run, at the strictest settings that users have: see `strict.test.ts`. */
import { Client, HttpResponse, isBodyError, isClientError, Pool, type RequestOptions, TimeoutError } from 'sluice';

interface Search {
  lang: string;
  page?: number;
}
declare const client: Client;
declare const search: Search;
declare const maybe: { text: string | undefined; signal: AbortSignal | undefined; search: Search | undefined };

export async function attempted(): Promise<number> {
  const [response, error] = await client.attempt('GET', 'x');
  if (error !== undefined) return String(error).length;
  return response.status;
}

export async function pooled(): Promise<number> {
  for await (const { response, error } of new Pool(client, ['x'], { signal: maybe.signal })) {
    if (error !== undefined) return String(error).length;
    return response.status;
  }
  return 0;
}

export const interfaces: RequestOptions = { query: search, formParams: search, uriVars: search };
export const nested: RequestOptions = { query: { filter: search, since: new Date(), of: new Set([1]), id: 10n } };
export const undefinedInherits: RequestOptions = {
  baseUri: maybe.text,
  signal: maybe.signal,
  query: maybe.search,
  timeout: undefined,
  retry: { limit: undefined },
  allowRedirects: { max: undefined },
  tls: { servername: maybe.text },
};
export const made = new Client({ baseUri: maybe.text, handler: undefined });
export const late = [new TimeoutError('slow'), new TimeoutError('slow', { phase: 'read' }), new HttpResponse(200)];

// @ts-expect-error a symbol has no text
export const symbol: RequestOptions = { query: { a: Symbol('x') } };
// @ts-expect-error neither has a promise
export const promise: RequestOptions = { query: { a: Promise.resolve(1) } };
// @ts-expect-error a list has no names
export const list: RequestOptions = { formParams: ['a'] };
// @ts-expect-error a promise is no record
export const later: RequestOptions = { uriVars: Promise.resolve({}) };

export function askedBy(error: unknown): string | undefined {
  if (isClientError(error) || isBodyError(error)) return error.request.url;
  return error instanceof TimeoutError ? error.request?.url : undefined;
}

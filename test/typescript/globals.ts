/** What users write with the globals that `lib: DOM` or `@types/node` declares. Compiled, never run: see `run.ts`. */
import { Client, type RequestOptions } from 'sluice';
import { routes } from 'sluice/testing';

export const client = new Client();
export const options: RequestOptions = {
  baseUri: new URL('http://h.test/'),
  signal: AbortSignal.timeout(1000),
  body: new Blob(['a']),
  headers: new Headers({ a: 'b' }),
};
export const form: RequestOptions = { body: new FormData(), query: new URLSearchParams('a=1') };
export const put: RequestOptions = { sink: new WritableStream<Uint8Array>(), body: new Uint8Array(1) };
export const maybe = (signal: AbortSignal | undefined): RequestOptions => ({ signal });
// One of its answers is a `Response`: without its type nothing says what the function is given.
export const service = routes({ 'GET /users/:id': (_request, { id }) => ({ json: { id } }), '* /x': 204 });
export async function fetched(): Promise<string> {
  const plain: typeof fetch = client.fetch;
  const response: Response = await plain(new Request('http://h.test/'));
  const { body } = await client.get('x', { stream: true });
  const reader: ReadableStream<Uint8Array> = body;
  return (await response.text()) + String(reader.locked);
}

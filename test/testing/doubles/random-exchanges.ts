/** A hundred exchanges with `random-site.ts`, over a cassette that records them and over one that plays them. */
import { Client, HandlerStack, type RequestOptions } from '../../../src/index.ts';
import { type RecordOptions, record } from '../../../src/testing/doubles/record.ts';
import { startServer } from '../../../src/testing/server.ts';
import { random, randomSite } from './random-site.ts';

export interface Exchanges {
  /** What the caller saw of each while they were recorded. */
  readonly recorded: readonly unknown[];
  /** And when nothing was there but the cassette, which in turn must not record and may. */
  readonly replayed: readonly (readonly unknown[])[];
}

/** @param largest how many bytes the largest bodies have */
export async function randomExchanges(file: string, seed: number, largest: number): Promise<Exchanges> {
  const server = await startServer({ listener: randomSite(seed, largest) });
  const run = async (options: RecordOptions) => {
    const handler = HandlerStack.create(record(file, options));
    await using client = new Client({ handler, httpErrors: false, baseUri: `${server.origin}/` });
    const seen: unknown[] = [];
    for (const [method, uri, given] of requests(seed)) seen.push(await outcome(client, method, uri, given));
    return seen;
  };
  const recorded = await run({ mode: 'record' });
  await server.close();
  const offline = async () => {
    throw new Error('there is no network');
  };
  const replayed = [await run({ mode: 'replay', handler: offline }), await run({ mode: 'auto', handler: offline })];
  return { recorded, replayed };
}

/** Requests of which some come again, so that their order counts. */
function requests(seed: number): readonly [string, string, RequestOptions][] {
  const next = random(seed);
  return Array.from({ length: 100 }, (_, at) => {
    const method = ['GET', 'GET', 'POST', 'HEAD', 'PUT'][next(5)]!;
    const body = method === 'POST' || method === 'PUT' ? { json: { n: next(3) } } : {};
    const how = { stream: next(2) === 0, decodeContent: next(4) > 0 };
    const retry = next(2) === 0 ? 0 : { limit: 1, delay: () => 0 };
    return [method, `path/${next(20)}?q=${next(2)}`, { ...body, ...how, retry, context: { at } }];
  });
}

/** What a caller sees of a call: the answer with its lines and bytes, or the error. */
async function outcome(client: Client, method: string, uri: string, options: RequestOptions): Promise<unknown> {
  const [response, error] = await client.attempt(method, uri, options);
  const told = (failure: unknown) => {
    const { name, code, message, phase, errno } = failure as Record<string, unknown>;
    return { name, code, message, phase, errno };
  };
  if (response === undefined) return told(error);
  const { status, statusText, protocolVersion, redirects, url } = response;
  const head = { status, statusText, protocolVersion, redirects, url, headers: [...response.headers] };
  const bytes = await response.bytes().then((all) => Buffer.from(all).toString('base64'), told);
  return { ...head, bytes };
}

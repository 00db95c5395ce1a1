/**
 * A stream that was given with what is refused may fail by itself a moment later, as that of a file does which is not there.
 * Nobody reads it, and nobody is told: its `'error'` must not end the process.
 */
import { createReadStream, createWriteStream } from 'node:fs';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Client, HttpRequest, HttpResponse, Pool, type RequestOptions } from '../../src/index.ts';

const client = new Client({ handler: async () => new HttpResponse() });
const uri = 'http://h.test/';
type Loose = (...given: unknown[]) => unknown;
const never = <T>(value: unknown): T => value as T;

async function ended(): Promise<Client> {
  const over = new Client({ handler: async () => new HttpResponse() });
  await over.destroy();
  return over;
}

/** What refuses the options, before anybody reads a body or writes to a sink. */
const refusals: Readonly<Record<string, (given: RequestOptions) => unknown>> = {
  'a wrong option': (given) => client.post(uri, { ...given, timeout: -1 }),
  'a misspelt option': (given) => client.post(uri, never({ ...given, timeOut: 1 })),
  'a URL that is none': (given) => client.post('http://[', given),
  'a relative URI without a base': (given) => client.post('/x', given),
  'one argument too many': (given) => (client.post as Loose).call(client, uri, given, {}),
  'a client that was destroyed': async (given) => (await ended()).post(uri, given),
  requestSync: (given) => client.requestSync('POST', uri, given),
  'a WebSocket': (given) => client.upgrade(uri, given),
  'a beacon with a wrong option': (given) => client.beacon(uri, never({ ...given, timeout: 'soon' })).done,
  'a page with a wrong option': (given) => client.paginate(uri, { ...given, maxPages: -1 }).next(),
  'a download with a wrong option': (given) => client.download(uri, '/nowhere/x', { ...given, segments: -1 }),
  'a pool with a wrong option': (given) => new Pool(client, [uri], { options: { ...given, timeout: -1 } }),
  'a pool with a wrong setting': (given) => new Pool(client, [uri], never({ options: given, concurency: 1 })),
  'a client with a wrong option': (given) => new Client({ ...given, timeout: -1 }),
  'a client that is extended wrongly': (given) => client.extend({ ...given, proxy: 'ftp://x' }),
};

const sources: Readonly<Record<string, () => { given: RequestOptions; stream: { closed: boolean } }>> = {
  body() {
    const stream = createReadStream('/no/such/file');
    return { given: { body: stream }, stream };
  },
  'a part of multipart'() {
    const stream = createReadStream('/no/such/file');
    return { given: { multipart: [{ name: 'a', contents: { b: [stream as never] } }] }, stream };
  },
  sink() {
    const stream = createWriteStream('/no/such/folder/file');
    return { given: { sink: stream }, stream };
  },
};

describe.each(Object.keys(sources))('%s that fails by itself', (kind) => {
  it.each(Object.entries(refusals))('ends nothing after %s', async (_, refuse) => {
    const uncaught = vi.fn();
    process.on('uncaughtException', uncaught);
    onTestFinished(() => void process.off('uncaughtException', uncaught));
    const { given, stream } = sources[kind]!();
    await (async () => refuse(given))().catch(() => undefined);
    await vi.waitFor(() => expect(stream.closed).toBe(true));
    await new Promise(setImmediate);
    expect(uncaught).not.toHaveBeenCalled();
  });
});

/** What sends it later than it was given. */
const later: Readonly<Record<string, (given: RequestOptions) => () => Promise<unknown>>> = {
  pages(given) {
    const pages = client.paginate(uri, given);
    return () => pages.next();
  },
  'a pool'(given) {
    const pool = new Pool(client, [uri], { options: given });
    return () => Pool.prototype.promise.call(pool);
  },
  'a client that has it as its own'(given) {
    const own = client.extend(given);
    return () => own.post(uri);
  },
  'a beacon behind another'(given) {
    let answer: () => void = () => undefined;
    const handler = () => new Promise<HttpResponse>((resolve) => void (answer = () => resolve(new HttpResponse())));
    const busy = new Client({ handler, maxInFlight: 1 });
    void busy.beacon(uri);
    const beacon = busy.beacon(uri, given);
    return async () => {
      setImmediate(() => answer());
      await vi.waitFor(() => answer());
      await beacon.done;
    };
  },
};

describe.each(Object.keys(sources))('%s that fails before it is sent', (kind) => {
  it.each(Object.entries(later))('ends nothing in %s', async (_, give) => {
    const uncaught = vi.fn();
    process.on('uncaughtException', uncaught);
    onTestFinished(() => void process.off('uncaughtException', uncaught));
    const { given, stream } = sources[kind]!();
    const send = give(given);
    await vi.waitFor(() => expect(stream.closed).toBe(true));
    await new Promise(setImmediate);
    await send().catch(() => undefined);
    expect(uncaught).not.toHaveBeenCalled();
  });
});

it('of a request that was made before ends nothing either', async () => {
  const stream = createReadStream('/no/such/file');
  const request = new HttpRequest('POST', uri, {}, stream);
  await expect(client.send(request, { timeout: -1 })).rejects.toThrow(TypeError);
  await vi.waitFor(() => expect(stream.closed).toBe(true));
});

it.each(['a web stream', 'an iterable'])(
  '%s as a body of a response: stream() that nobody listens to ends nothing',
  async (kind) => {
    let fail: (error: Error) => void = () => undefined;
    const web = new ReadableStream<Uint8Array>({
      start: (controller) => void (fail = (error) => controller.error(error)),
    });
    const iterable = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise<IteratorResult<Uint8Array>>((_, reject) => void (fail = reject)),
      }),
    };
    const stream = new HttpResponse(200, {}, kind === 'a web stream' ? web : (iterable as never)).stream();
    stream.resume();
    await new Promise(setImmediate);
    fail(new Error('broken'));
    await vi.waitFor(() => expect((stream as unknown as { closed: boolean }).closed).toBe(true));
    await new Promise(setImmediate);
  },
);

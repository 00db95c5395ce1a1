import { createReadStream } from 'node:fs';
import type { Middleware } from '../../src/stack/handler.ts';
import { client, cookieLines, type Echo, lengthOf, type Settings, times } from './client.ts';

type Sluice = typeof import('../../src/index.ts');
type Socket = Awaited<ReturnType<InstanceType<Sluice['Client']>['upgrade']>>;

/** The built package, whose place the benchmark tells. */
export function loadSluice(): Promise<Sluice> {
  return import(process.env['SLUICE_ENTRY']!);
}

const waiting: Middleware = (next) => async (request, options) => {
  const response = await next(request, options);
  return response;
};

export const sluice = client({
  features: [
    'gzip',
    'brotli',
    'redirects',
    'errors',
    'cookies',
    'timeout',
    'signal',
    'retry',
    'layers',
    'http2',
    'proxy',
    'closing',
    'websocket',
    'held',
  ],
  load: loadSluice,
  idle: ({ Client }) => new Client(),
  async open({ Client, CookieJar, HandlerStack }, settings: Settings) {
    const { timeout, signal, retry, origin, proxy, limit, connections } = settings;
    const stack = HandlerStack.create();
    for (const layer of times(settings.layers, () => waiting)) stack.push(layer, 'waiting');
    const jar = settings.cookies === undefined ? undefined : new CookieJar({ strict: true });
    for (const line of cookieLines(settings)) await jar?.store(origin, [line]);
    const own = new Client({
      handler: stack,
      connections: limit ?? connections,
      cookies: jar,
      timeout,
      signal,
      retry,
      ...(settings.http2 && { version: 'auto' }),
      ...(proxy !== undefined && { proxy }),
      ...(settings.closing && { keepAlive: false }),
    });
    return {
      json: (url) => own.get(url).json(),
      post: (url, json) => own.post(url, { json }).json(),
      bytes: (url) => own.get(url).bytes(),
      pieces: async (url) => lengthOf(await own.get(url, { stream: true })),
      download: (url, sink) => own.get(url, { sink }),
      upload: (url, path) => own.put(url, { body: createReadStream(path) }).text(),
      echo: async (url) => echoOf(await own.upgrade(url)),
      bare: (url) => own.get(url),
      parsed: async (answer) => (answer as { json(): unknown }).json(),
    };
  },
});

function echoOf(socket: Socket): Echo {
  return {
    async exchange(message, underWay, hasMore) {
      for (let i = 0; i < underWay; i++) void socket.send(message);
      for (let left = underWay; left > 0; ) {
        const { data } = (await socket.receive())!;
        if ((data as Uint8Array).byteLength !== message.byteLength) throw new Error(`${data.length} bytes came back`);
        if (hasMore()) void socket.send(message);
        else left--;
      }
    },
  };
}

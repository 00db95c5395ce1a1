import { createReadStream } from 'node:fs';
import type { Middleware } from '../../src/stack/handler.ts';
import { client, cookieLines, lengthOf, type Settings, times } from './client.ts';

type Sluice = typeof import('../../src/index.ts');

/** The built package, whose place the benchmark tells. */
export function loadSluice(): Promise<Sluice> {
  return import(process.env['SLUICE_ENTRY']!);
}

const waiting: Middleware = (next) => async (request, options) => {
  const response = await next(request, options);
  return response;
};

export const sluice = client({
  features: ['gzip', 'redirects', 'errors', 'cookies', 'timeout', 'signal', 'retry', 'layers'],
  load: loadSluice,
  async open({ Client, CookieJar, HandlerStack }, settings: Settings) {
    const { timeout, signal, retry, origin } = settings;
    const stack = HandlerStack.create();
    for (const layer of times(settings.layers, () => waiting)) stack.push(layer, 'waiting');
    const jar = settings.cookies === undefined ? undefined : new CookieJar({ strict: true });
    for (const line of cookieLines(settings)) await jar?.store(origin, [line]);
    const own = new Client({ handler: stack, cookies: jar, timeout, signal, retry });
    return {
      json: (url) => own.get(url).json(),
      post: (url, json) => own.post(url, { json }).json(),
      bytes: (url) => own.get(url).bytes(),
      pieces: async (url) => lengthOf(await own.get(url, { stream: true })),
      download: (url, sink) => own.get(url, { sink }),
      upload: (url, path) => own.put(url, { body: createReadStream(path) }).text(),
    };
  },
});

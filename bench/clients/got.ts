import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { client, cookieLines, keepAliveAgents, times } from './client.ts';

export const got = client({
  package: 'got',
  features: ['gzip', 'redirects', 'errors', 'cookies', 'timeout', 'signal', 'retry', 'layers'],
  load: () => import('got'),
  async open({ got }, settings) {
    const { timeout, signal, retry, cookies, origin } = settings;
    const own = got.extend({
      agent: keepAliveAgents(settings),
      ...(cookies !== undefined && { cookieJar: await jarWith(cookieLines(settings), origin) }),
      ...(timeout !== undefined && { timeout: { request: timeout } }),
      ...(retry !== undefined && { retry: { limit: retry } }),
      ...(signal && { signal }),
      hooks: { beforeRequest: times(settings.layers, () => async () => undefined) },
    });
    return {
      json: (url) => own(url).json(),
      post: (url, json) => own.post(url, { json }).json(),
      bytes: (url) => own(url).buffer(),
      download: (url, sink) => pipeline(own.stream(url), sink),
      upload: (url, path) => pipeline(createReadStream(path), own.stream.put(url), swallow),
    };
  },
});

async function swallow(answer: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of answer);
}

async function jarWith(lines: readonly string[], origin: string) {
  const { CookieJar } = await import('tough-cookie');
  const jar = new CookieJar();
  for (const line of lines) await jar.setCookie(line, origin);
  return jar;
}

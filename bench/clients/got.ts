import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { type Client, client, cookieLines, keepAliveAgents, times } from './client.ts';

type Got = typeof import('got');

const definition: Omit<Client<Got>, 'load'> = {
  features: ['gzip', 'brotli', 'redirects', 'errors', 'cookies', 'timeout', 'signal', 'retry', 'layers', 'closing'],
  async open({ default: got }, settings) {
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
};

export const got = client({ ...definition, package: 'got', load: () => import('got') });

export const gotSixteen = client({
  ...definition,
  package: 'got-16',
  since: 22,
  load: () => import('got-16') as unknown as Promise<Got>,
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

/** What a server saw of a client, without what names the client: to compare two clients that mean the same. */
import type { TestServer } from '../../src/testing/index.ts';

/**
 * Not compared: who the client is and what it can read (`accept*`, `user-agent`), what fetch adds of its own
 * (`sec-fetch-mode`), and how the connection and the body are framed.
 */
const OF_THE_CLIENT = new Set([
  'accept',
  'accept-encoding',
  'accept-language',
  'cache-control',
  'connection',
  'content-length',
  'keep-alive',
  'pragma',
  'proxy-connection',
  'sec-fetch-mode',
  'transfer-encoding',
  'user-agent',
]);

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** Keys of a random kind, boundaries, the case and order of headers, and the spelling of a blank are the same. */
export function seenBy(server: TestServer): SeenRequest[] {
  return server.requests.map(({ method, url, headers, body }) => {
    const boundary = /boundary="?([^";]+)/.exec(headers['content-type'] ?? '')?.[1];
    const plain = (text: string) => (boundary === undefined ? text : text.replaceAll(boundary, 'BOUNDARY'));
    return {
      method,
      path: decodeURIComponent(url.replaceAll('+', ' ')).replace(/key=[\da-f-]{36}/, 'key=KEY'),
      headers: Object.fromEntries(
        Object.entries(headers)
          .filter(([name]) => !OF_THE_CLIENT.has(name))
          .map(([name, value]) => [
            name,
            typeof value === 'string' ? plain(value).replace(/; ?charset=utf-8$/i, '') : value,
          ])
          .sort(([one = ''], [other = '']) => (one < other ? -1 : 1)),
      ),
      body: plain(body.toString('latin1')),
    };
  });
}

import { client, times } from './client.ts';

export const wretch = client({
  package: 'wretch',
  features: ['gzip', 'brotli', 'redirects', 'errors', 'signal', 'retry', 'layers'],
  load: async () => ({ ...(await import('wretch')), ...(await import('wretch/middlewares')) }),
  open({ default: wretch, retry: retrying }, { signal, retry, layers }) {
    const middlewares = times(
      layers,
      () => (next: typeof idle) => async (url: string, options: object) => next(url, options),
    );
    if (retry !== undefined) middlewares.push(retrying({ maxAttempts: retry }) as never);
    let own = wretch();
    if (signal) own = own.options({ signal });
    if (middlewares.length > 0) own = own.middlewares(middlewares as never);
    return {
      json: (url) => own.url(url).get().json(),
      post: (url, value) =>
        own
          .url(url)
          .post(value as object)
          .json(),
      bytes: (url) => own.url(url).get().arrayBuffer(),
    };
  },
});

declare const idle: (url: string, options: object) => Promise<unknown>;

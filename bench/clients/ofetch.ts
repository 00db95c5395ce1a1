import { client, times } from './client.ts';

export const ofetch = client({
  package: 'ofetch',
  features: ['gzip', 'brotli', 'redirects', 'errors', 'timeout', 'signal', 'retry', 'layers'],
  load: () => import('ofetch'),
  open({ ofetch }, { timeout, signal, retry, layers }) {
    const own = ofetch.create({
      ...(timeout !== undefined && { timeout }),
      ...(retry !== undefined && { retry }),
      ...(signal && { signal }),
      ...(layers && { onResponse: times(layers, () => async () => undefined) }),
    });
    return {
      json: (url) => own(url),
      post: (url, value) => own(url, { method: 'POST', body: value as Record<string, unknown> }),
      bytes: (url) => own(url, { responseType: 'arrayBuffer' }),
    };
  },
});

import { client, times } from './client.ts';

export const ky = client({
  package: 'ky',
  features: ['gzip', 'redirects', 'errors', 'timeout', 'signal', 'retry', 'layers'],
  load: () => import('ky'),
  open({ default: ky }, { timeout, signal, retry, layers }) {
    const own = ky.create({
      ...(timeout !== undefined && { timeout }),
      ...(retry !== undefined && { retry }),
      ...(signal && { signal }),
      ...(layers && { hooks: { afterResponse: times(layers, () => async () => undefined) } }),
    });
    return {
      json: (url) => own(url).json(),
      post: (url, json) => own.post(url, { json }).json(),
      bytes: (url) => own(url).arrayBuffer(),
    };
  },
});

import { type Client, client, times } from './client.ts';

type Ky = typeof import('ky');

const definition: Omit<Client<Ky>, 'load'> = {
  features: ['gzip', 'brotli', 'redirects', 'errors', 'timeout', 'signal', 'retry', 'layers'],
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
};

export const ky = client({ ...definition, package: 'ky', load: () => import('ky') });

export const kyTwo = client({
  ...definition,
  package: 'ky-2',
  since: 22,
  load: () => import('ky-2') as unknown as Promise<Ky>,
});

import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { client, keepAliveAgents } from './client.ts';

export const axios = client({
  package: 'axios',
  features: ['gzip', 'brotli', 'redirects', 'errors', 'timeout', 'signal', 'layers', 'proxy', 'closing'],
  load: () => import('axios'),
  open({ default: axios }, settings) {
    const { timeout, signal, proxy } = settings;
    const { hostname: host, port } = new URL(proxy ?? settings.origin);
    const agents = keepAliveAgents(settings);
    const own = axios.create({
      httpAgent: agents.http,
      httpsAgent: agents.https,
      ...(timeout !== undefined && { timeout }),
      ...(signal && { signal }),
      ...(proxy !== undefined && { proxy: { protocol: 'http', host, port: Number(port) } }),
    });
    for (let i = 0; i < (settings.layers ?? 0); i++) own.interceptors.response.use(async (response) => response);
    return {
      json: async (url) => (await own.get(url)).data,
      post: async (url, value) => (await own.post(url, value)).data,
      bytes: async (url) => (await own.get<Buffer>(url, { responseType: 'arraybuffer' })).data,
      download: async (url, sink) => pipeline((await own.get<Readable>(url, { responseType: 'stream' })).data, sink),
      // Without its limit on redirects it keeps no copy of what it sends.
      upload: (url, path) =>
        own.put(url, createReadStream(path), { maxRedirects: 0, maxBodyLength: Number.POSITIVE_INFINITY }),
    };
  },
});

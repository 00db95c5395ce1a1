import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { client, keepAliveAgents, signalOf } from './client.ts';

export const nodeFetch = client({
  package: 'node-fetch',
  features: ['gzip', 'brotli', 'redirects', 'timeout', 'signal', 'closing'],
  load: () => import('node-fetch'),
  open({ default: fetch }, settings) {
    const agents = keepAliveAgents(settings);
    const agent = ({ protocol }: URL) => (protocol === 'https:' ? agents.https : agents.http);
    const get = (url: string) => fetch(url, { agent, signal: signalOf(settings) as never });
    return {
      json: async (url) => (await get(url)).json(),
      async post(url, value) {
        const headers = { 'content-type': 'application/json' };
        return (await fetch(url, { agent, method: 'POST', headers, body: JSON.stringify(value) })).json();
      },
      bytes: async (url) => (await get(url)).arrayBuffer(),
      download: async (url, sink) => pipeline((await get(url)).body!, sink),
      upload: async (url, path) => (await fetch(url, { agent, method: 'PUT', body: createReadStream(path) })).text(),
    };
  },
});

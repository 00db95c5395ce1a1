import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { client, keepAliveAgents } from './client.ts';

export const needle = client({
  package: 'needle',
  // It follows redirects too (`follow_max`), but set up as here that case did not settle within two minutes: left out.
  features: ['gzip'],
  load: () => import('needle'),
  open({ default: needle }, settings) {
    const agents = keepAliveAgents(settings);
    const over = (url: string) => ({
      agent: url.startsWith('https:') ? agents.https : agents.http,
      ...(settings.gzip && { compressed: true }),
    });
    return {
      json: async (url) => (await needle('get', url, over(url))).body,
      post: async (url, value) => (await needle('post', url, value as object, { ...over(url), json: true })).body,
      bytes: async (url) => (await needle('get', url, { ...over(url), parse_response: false })).body,
      download: (url, sink) => pipeline(needle.get(url, over(url)), sink),
      upload: async (url, path) => (await needle('put', url, createReadStream(path), over(url))).body,
    };
  },
});

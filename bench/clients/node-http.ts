import { createReadStream } from 'node:fs';
import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { client, keepAliveAgents, signalOf } from './client.ts';

type Answer = (resolve: (body: Buffer) => void, reject: (error: Error) => void) => (response: IncomingMessage) => void;

const collected: Answer = (resolve, reject) => (response) => {
  const chunks: Buffer[] = [];
  response.on('data', (chunk: Buffer) => chunks.push(chunk));
  response.on('end', () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)));
  response.on('error', reject);
};

export const nodeHttp = client({
  features: ['timeout', 'signal'],
  load: async () => ({ http: await import('node:http'), https: await import('node:https') }),
  open({ http, https }, settings) {
    const agents = keepAliveAgents(settings);
    const start = (url: string, options: RequestOptions, answer: (response: IncomingMessage) => void): ClientRequest =>
      url.startsWith('https:')
        ? https.request(url, { agent: agents.https, ...options }, answer)
        : http.request(url, { agent: agents.http, ...options }, answer);
    const get = (url: string) =>
      new Promise<Buffer>((resolve, reject) => {
        start(url, { signal: signalOf(settings) }, collected(resolve, reject))
          .on('error', reject)
          .end();
      });
    return {
      json: async (url) => JSON.parse((await get(url)).toString()),
      post: (url, value) =>
        new Promise<Buffer>((resolve, reject) => {
          const headers = { 'content-type': 'application/json' };
          const request = start(url, { method: 'POST', headers }, collected(resolve, reject));
          request.on('error', reject).end(JSON.stringify(value));
        }).then((body) => JSON.parse(body.toString())),
      bytes: get,
      download: (url, sink) =>
        new Promise<void>((resolve, reject) => {
          const answer = (response: IncomingMessage) => void pipeline(response, sink).then(resolve, reject);
          start(url, {}, answer).on('error', reject).end();
        }),
      upload: (url, path) =>
        new Promise<Buffer>((resolve, reject) => {
          const request = start(url, { method: 'PUT' }, collected(resolve, reject));
          pipeline(createReadStream(path), request).catch(reject);
        }),
    };
  },
});

import { createReadStream } from 'node:fs';
import type { Agent, ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
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
  features: ['timeout', 'signal', 'proxy', 'closing', 'held'],
  load: async () => ({ http: await import('node:http'), https: await import('node:https') }),
  idle: ({ http }) => new http.Agent({ keepAlive: true }),
  open({ http, https }, settings) {
    const agents = keepAliveAgents(settings);
    const proxy = settings.proxy === undefined ? undefined : new URL(settings.proxy);
    const start = (url: string, options: RequestOptions, answer: (response: IncomingMessage) => void): ClientRequest =>
      proxy !== undefined
        ? http.request(throughProxy(url, proxy, agents.http), answer)
        : url.startsWith('https:')
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
      bare: (url) => new Promise((resolve, reject) => start(url, {}, resolve).on('error', reject).end()),
      parsed: async (answer) => {
        const body = new Promise<Buffer>((resolve, reject) => collected(resolve, reject)(answer as IncomingMessage));
        return JSON.parse((await body).toString());
      },
      download: (url, sink) =>
        new Promise<void>((resolve, reject) => {
          const answer = (response: IncomingMessage) => void pipeline(response, sink).then(resolve, reject);
          start(url, {}, answer).on('error', reject).end();
        }),
      upload: (url, path, highWaterMark) =>
        new Promise<Buffer>((resolve, reject) => {
          const request = start(url, { method: 'PUT' }, collected(resolve, reject));
          pipeline(createReadStream(path, { highWaterMark }), request).catch(reject);
        }),
    };
  },
});

/** RFC 9112 3.2.2: in absolute form. */
function throughProxy(path: string, { hostname, port }: URL, agent: Agent): RequestOptions {
  return { agent, hostname, port, path, headers: { host: path.split('/', 3)[2] } };
}

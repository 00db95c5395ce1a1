/** undici three ways: `request`, the one to compare with, `dispatch`, below which there is only the socket, and `fetch`. */
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { Agent, Dispatcher } from 'undici';
import { client, lengthOf, type Settings, signalOf, times } from './client.ts';
import { overFetch } from './fetch.ts';

type Undici = typeof import('undici');

const load = (): Promise<Undici> => import('undici');

const idle: Dispatcher.DispatcherComposeInterceptor = (dispatch) => (options, handler) => dispatch(options, handler);

function dispatcherFor({ Agent, interceptors }: Undici, settings: Settings): Dispatcher {
  const agent = new Agent({ connections: settings.connections });
  const chain = times(settings.layers, () => idle);
  if (settings.redirects) chain.push(interceptors.redirect({ maxRedirections: 5 }));
  if (settings.errors) chain.push(interceptors.responseError());
  if (settings.gzip) chain.push(interceptors.decompress());
  if (settings.retry !== undefined) chain.push(interceptors.retry({ maxRetries: settings.retry }));
  return chain.length === 0 ? agent : agent.compose(chain);
}

export const undiciRequest = client({
  package: 'undici',
  features: ['gzip', 'redirects', 'errors', 'timeout', 'signal', 'retry', 'layers'],
  load,
  open(undici, settings) {
    const dispatcher = dispatcherFor(undici, settings);
    const headers = settings.gzip ? { 'accept-encoding': 'gzip' } : undefined;
    const { request } = undici;
    const get = (url: string) => request(url, { dispatcher, headers, signal: signalOf(settings) });
    return {
      json: async (url) => (await get(url)).body.json(),
      async post(url, value) {
        const headers = { 'content-type': 'application/json' };
        const { body } = await request(url, { dispatcher, method: 'POST', headers, body: JSON.stringify(value) });
        return body.json();
      },
      bytes: async (url) => (await get(url)).body.arrayBuffer(),
      pieces: async (url) => lengthOf((await get(url)).body),
      download: async (url, sink) => pipeline((await get(url)).body, sink),
      async upload(url, path) {
        const { body } = await request(url, { dispatcher, method: 'PUT', body: createReadStream(path) });
        return body.text();
      },
    };
  },
});

/** Collects a body and parses it: the least that anyone who sends over `dispatch` has to write. */
class Collector {
  #chunks: Buffer[] = [];
  #resolve: (body: Buffer) => void;
  #reject: (error: Error) => void;

  constructor(resolve: (body: Buffer) => void, reject: (error: Error) => void) {
    this.#resolve = resolve;
    this.#reject = reject;
  }

  onConnect(): void {}

  onHeaders(): boolean {
    return true;
  }

  onData(chunk: Buffer): boolean {
    this.#chunks.push(chunk);
    return true;
  }

  onComplete(): void {
    this.#resolve(this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks));
  }

  onError(error: Error): void {
    this.#reject(error);
  }
}

function send(agent: Agent, url: string, method: Dispatcher.HttpMethod, body?: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const start = url.indexOf('/', 8);
    const headers = body === undefined ? [] : ['content-type', 'application/json'];
    const [origin, path] = [url.slice(0, start), url.slice(start)];
    agent.dispatch({ origin, path, method, headers, body }, new Collector(resolve, reject));
  });
}

export const undiciDispatch = client({
  package: 'undici',
  features: [],
  load,
  open({ Agent }, { connections }) {
    const agent = new Agent({ connections });
    return {
      json: async (url) => JSON.parse((await send(agent, url, 'GET')).toString()),
      post: async (url, value) => JSON.parse((await send(agent, url, 'POST', JSON.stringify(value))).toString()),
      bytes: (url) => send(agent, url, 'GET'),
    };
  },
});

export const undiciFetch = client({
  package: 'undici',
  features: ['gzip', 'redirects', 'timeout', 'signal'],
  load,
  open({ Agent, fetch }, settings) {
    const dispatcher = new Agent({ connections: settings.connections });
    const bound = (url: string, init?: RequestInit) => fetch(url, { ...init, dispatcher } as never);
    return overFetch(bound as unknown as typeof globalThis.fetch, settings);
  },
});

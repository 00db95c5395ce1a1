/** undici three ways: `request`, the one to compare with, `dispatch`, below which there is only the socket, and `fetch`. */
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { Agent, Dispatcher, WebSocket } from 'undici';
import { type Client, client, echoOver, lengthOf, type Settings, signalOf, times } from './client.ts';
import { overFetch } from './fetch.ts';

type Undici = typeof import('undici');

const load = (): Promise<Undici> => import('undici');
/** Its types are those of 7 here: what is asked of it is in both. */
const loadEight = (): Promise<Undici> => import('undici-8') as unknown as Promise<Undici>;

const idle: Dispatcher.DispatcherComposeInterceptor = (dispatch) => (options, handler) => dispatch(options, handler);

function agentFor({ Agent, ProxyAgent }: Undici, settings: Settings): Dispatcher {
  const { connections, limit, proxy, tunnel = false } = settings;
  if (proxy !== undefined) return new ProxyAgent({ uri: proxy, connections, proxyTunnel: tunnel });
  // undici 7 takes no more streams than it may send requests in a row.
  if (settings.http2) return new Agent({ allowH2: true, connections: 1, pipelining: 100 });
  return new Agent({ connections: limit ?? connections, ...(settings.closing && { pipelining: 0 }) });
}

function dispatcherFor(undici: Undici, settings: Settings): Dispatcher {
  const { interceptors } = undici;
  const agent = agentFor(undici, settings);
  const chain = times(settings.layers, () => idle);
  if (settings.redirects) chain.push(interceptors.redirect({ maxRedirections: 5 }));
  if (settings.errors) chain.push(interceptors.responseError());
  if (settings.gzip || settings.brotli) chain.push(interceptors.decompress());
  if (settings.retry !== undefined) chain.push(interceptors.retry({ maxRetries: settings.retry }));
  return chain.length === 0 ? agent : agent.compose(chain);
}

const request: Omit<Client<Undici>, 'load'> = {
  features: [
    'gzip',
    'brotli',
    'redirects',
    'errors',
    'timeout',
    'signal',
    'retry',
    'layers',
    'http2',
    'proxy',
    'closing',
    'websocket',
    'held',
  ],
  idle: ({ Agent }) => new Agent(),
  open(undici, settings) {
    const dispatcher = dispatcherFor(undici, settings);
    const accepted = settings.gzip ? 'gzip' : settings.brotli ? 'br' : undefined;
    const headers = accepted === undefined ? undefined : { 'accept-encoding': accepted };
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
      echo: (url) => echoOf(new undici.WebSocket(url)),
      bare: (url) => request(url, { dispatcher }),
      parsed: (answer) => (answer as Dispatcher.ResponseData).body.json(),
    };
  },
};

export const undiciRequest = client({ ...request, package: 'undici', load });

export const undiciEight = client({ ...request, package: 'undici-8', since: 22, load: loadEight });

function echoOf(socket: WebSocket): Promise<ReturnType<typeof echoOver>> {
  socket.binaryType = 'arraybuffer';
  const echo = echoOver(
    (message) => socket.send(message),
    (heard) => socket.addEventListener('message', ({ data }) => heard(data.byteLength)),
  );
  return new Promise((resolve, reject) => {
    socket.addEventListener('open', () => resolve(echo));
    socket.addEventListener('error', () => reject(new Error('the WebSocket did not open')));
  });
}

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

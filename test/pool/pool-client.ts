/** A client of functions for a pool: it answers what it is told and remembers what ran. */
import type { HttpRequest } from '../../src/message/request.ts';
import { HttpResponse } from '../../src/message/response.ts';
import type { RequestOptions } from '../../src/options/options.ts';
import type { PoolClient } from '../../src/pool/pool-options.ts';

export type Answer = (url: string, options: RequestOptions) => HttpResponse | PromiseLike<HttpResponse>;

export interface RecordingClient extends PoolClient {
  /** The URLs asked, in order. */
  readonly asked: string[];
  readonly running: number;
  /** The most that ran at once. */
  readonly peak: number;
}

export function poolClient(answer: Answer = () => ok()): RecordingClient {
  const asked: string[] = [];
  let running = 0;
  let peak = 0;
  const ask = async (url: string, options: RequestOptions = {}) => {
    asked.push(url);
    running += 1;
    peak = Math.max(peak, running);
    try {
      return await answer(url, options);
    } finally {
      running -= 1;
    }
  };
  return {
    asked,
    get running() {
      return running;
    },
    get peak() {
      return peak;
    },
    request: (_method, uri, options) => ask(String(uri), options),
    send: (request: HttpRequest, options) => ask(request.url, options),
  };
}

export function ok(body = ''): HttpResponse {
  return new HttpResponse(200, {}, body);
}

/** Answers that the test gives one by one. */
export class Gates {
  readonly waiting = new Map<string, (response: HttpResponse) => void>();

  readonly answer: Answer = (url, options) =>
    new Promise((resolve, reject) => {
      this.waiting.set(url, resolve);
      const signal = options.signal as AbortSignal;
      signal.addEventListener('abort', () => reject(signal.reason));
    });

  async open(url: string, response = ok()): Promise<void> {
    this.waiting.get(url)?.(response);
    this.waiting.delete(url);
    await turn();
  }
}

/** Until everything that could run has run. */
export async function turn(): Promise<void> {
  for (let i = 0; i < 3; i++) await new Promise<void>((resolve) => void setImmediate(resolve));
}

export function urls(count: number, host = 'a.test'): string[] {
  return Array.from({ length: count }, (_, i) => `http://${host}/${i}`);
}

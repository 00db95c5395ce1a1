/** Keeps so many calls under way over every handler, and counts how they end. */
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from '../../src/client/client.ts';
import { chooseHandler } from '../../src/handlers/choose.ts';
import { fetchHandler } from '../../src/handlers/fetch/fetch.ts';
import { http2Handler } from '../../src/handlers/http2/http2.ts';
import { nodeHttpHandler } from '../../src/handlers/node/node-http.ts';
import { streamHandler } from '../../src/handlers/node/stream.ts';
import { undiciHandler } from '../../src/handlers/undici/undici.ts';
import { isTransferError } from '../../src/message/errors.ts';
import type { Transport } from '../../src/stack/handler.ts';
import { HandlerStack } from '../../src/stack/handler-stack.ts';
import { mixes, stopped, WrongAnswer } from './mix.ts';
import type { Origins } from './server.ts';

/** Far beyond every timeout that is set: a call that takes longer hangs. */
const UNSETTLED_AFTER = 60_000;

const handlers: Readonly<Record<string, () => Transport>> = {
  undici: undiciHandler,
  'node:http': nodeHttpHandler,
  stream: streamHandler,
  fetch: () => fetchHandler(),
  http2: http2Handler,
  chosen: chooseHandler,
};

export interface Counts {
  requests: number;
  settled: number;
  unsettled: number;
  /** By code; `stopped` for calls that were aborted. */
  readonly errors: Map<string, number>;
  /** Successes of what cannot succeed, and errors that are none of ours; the first hundred. */
  readonly wrong: string[];
}

export class Load {
  readonly counts: Counts = { requests: 0, settled: 0, unsettled: 0, errors: new Map(), wrong: [] };
  readonly shared = new AbortController().signal;
  readonly #clients: readonly (readonly [name: string, client: Client])[];
  readonly #origins: Origins;
  readonly #draw: (n: number) => number;
  readonly #running = new Set<Promise<void>>();
  #isOn = false;

  constructor(origins: Origins, seed: number) {
    this.#origins = origins;
    this.#draw = drawing(seed);
    this.#clients = Object.entries(handlers).map(([name, make]) => [name, clientOver(name, make())]);
  }

  /** Goes on until `pause`. */
  start(concurrency: number): void {
    this.#isOn = true;
    for (let n = 0; n < concurrency; n += 1) {
      const worker = this.#work().finally(() => this.#running.delete(worker));
      this.#running.add(worker);
    }
  }

  /** Resolves when no call is under way. */
  async pause(): Promise<void> {
    this.#isOn = false;
    await Promise.all(this.#running);
  }

  async close(): Promise<void> {
    await Promise.all(this.#clients.map(([, client]) => client.close()));
  }

  async #work(): Promise<void> {
    while (this.#isOn) await this.#one();
  }

  async #one(): Promise<void> {
    const { counts } = this;
    const i = counts.requests++;
    const [name, client] = this.#clients[i % this.#clients.length]!;
    const mix = mixes[name === 'http2' ? 'http2' : name === 'chosen' ? 'whole' : 'http1'];
    const [what, act] = mix[this.#draw(mix.length)]!;
    const { site, http2, faults } = this.#origins;
    const stage = { client, site: name === 'http2' ? http2 : site, faults, i, shared: this.shared, draw: this.#draw };
    const guard = new AbortController();
    const late = delay(UNSETTLED_AFTER, 'late', { signal: guard.signal }).catch(() => 'settled');
    const done = act(stage)
      .catch((error: unknown) => this.#failed(error, `${what}, ${name}`))
      .then(() => 'settled');
    if ((await Promise.race([done, late])) === 'late') {
      counts.unsettled += 1;
      this.#wrong(`${what}, ${name}: not settled after ${UNSETTLED_AFTER / 1000} s`);
    } else counts.settled += 1;
    guard.abort();
  }

  #failed(error: unknown, what: string): void {
    const { errors } = this.counts;
    const isOurs = error === stopped || isTransferError(error);
    if (!isOurs) this.#wrong(`${what}: ${error instanceof WrongAnswer ? error.message : String(error)}`);
    const code = error === stopped ? 'stopped' : isTransferError(error) ? error.code : 'wrong';
    errors.set(code, (errors.get(code) ?? 0) + 1);
  }

  #wrong(text: string): void {
    if (this.counts.wrong.length < 100) this.counts.wrong.push(text);
  }
}

function clientOver(name: string, handler: Transport): Client {
  return new Client({
    handler: HandlerStack.create(handler),
    cookies: true,
    connectTimeout: 10_000,
    // A busy machine may be late; what is silent is so for ever.
    headersTimeout: 2_000,
    readTimeout: 2_000,
    maxResponseSize: 2 ** 20,
    ...(name === 'http2' && { version: '2' as const }),
  });
}

/** Numbers that look random and come again with the same seed (mulberry32). */
function drawing(seed: number): (n: number) => number {
  let state = seed >>> 0;
  return (n) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % n;
  };
}

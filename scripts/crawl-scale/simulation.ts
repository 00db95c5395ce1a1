/**
 * A crawl of many workers without a socket and without waiting: each is the real `crawl` with a pool of its own, all take
 * their hosts from one desk, and the clock is one that is turned by hand. What the sites see is judged.
 */

import { crawl } from '../../src/crawl/crawl.ts';
import type { DeskOwner } from '../../src/crawl/desk-host.ts';
import { HostDesk } from '../../src/crawl/host-desk.ts';
import { hostOf, startLink } from '../../src/crawl/link.ts';
import type { Turn } from '../../src/crawl/turn.ts';
import type { HttpRequest } from '../../src/message/request.ts';
import { HttpResponse } from '../../src/message/response.ts';
import type { PoolClient } from '../../src/pool/pool-options.ts';
import { FakeClock } from '../../src/testing/fake-clock.ts';

export interface SimulationOptions {
  readonly workers: number;
  /** Hosts that a worker may have at once, each with a page at a time. */
  readonly hostsPerWorker: number;
  readonly hosts: number;
  readonly pagesPerHost: number;
  /** Milliseconds from an answer of a host until its next request. */
  readonly interval: number;
  /** Milliseconds until an answer: half of it to one and a half times as long, by host. */
  readonly latency: number;
  readonly turn: Turn;
}

export interface Simulated {
  readonly pages: number;
  /** Of simulated time. */
  readonly seconds: number;
  /** Pages for each simulated second, and the most that the rules allow. */
  readonly rate: number;
  readonly bound: number;
  /** Milliseconds between an answer of a host and its next request, the shortest. */
  readonly leastGap: number;
  /** Requests that one host had at once, at the most. */
  readonly mostAtOnce: number;
  /** Jain's index of the pages that the hosts have had when half of all were fetched: 1 when all have the same. */
  readonly fairness: number;
  /** Workers that have fetched something. */
  readonly busy: number;
  /** Pages that were fetched twice, or not at all. */
  readonly wrong: number;
}

interface SeenHost {
  pages: number;
  running: number;
  ended: number;
}

/** What the sites see. */
class Judge {
  readonly #clock: FakeClock;
  readonly #latency: number;
  readonly #half: number;
  readonly hosts = new Map<string, SeenHost>();
  readonly urls = new Map<string, number>();
  readonly busy = new Set<number>();
  leastGap = Number.POSITIVE_INFINITY;
  mostAtOnce = 0;
  fairness = 0;
  pages = 0;

  constructor(clock: FakeClock, latency: number, half: number) {
    this.#clock = clock;
    this.#latency = latency;
    this.#half = half;
  }

  /** The client of a worker. */
  client(worker: number): PoolClient {
    return {
      request: () => Promise.reject(new Error('robots.txt is not asked for')),
      send: (request: HttpRequest) => this.#answer(request.url, worker),
    };
  }

  async #answer(url: string, worker: number): Promise<HttpResponse> {
    const name = hostOf(url);
    const host = this.hosts.get(name)!;
    this.busy.add(worker);
    this.leastGap = Math.min(this.leastGap, this.#clock.now() - host.ended);
    host.running += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, host.running);
    await this.#clock.sleep(latencyOf(name, this.#latency));
    host.running -= 1;
    host.ended = this.#clock.now();
    host.pages += 1;
    this.urls.set(url, (this.urls.get(url) ?? 0) + 1);
    this.pages += 1;
    if (this.pages === this.#half) this.fairness = jain([...this.hosts.values()].map(({ pages }) => pages));
    return new HttpResponse(200, {}, '');
  }
}

/** The same for a host in every run. */
function latencyOf(host: string, latency: number): number {
  const number = Number(/\d+/.exec(host)![0]);
  return latency * (0.5 + ((number * 7919) % 101) / 100);
}

function jain(all: readonly number[]): number {
  const sum = all.reduce((total, one) => total + one, 0);
  const squares = all.reduce((total, one) => total + one * one, 0);
  return squares === 0 ? 0 : (sum * sum) / (all.length * squares);
}

/** Pages a second when no worker is ever idle: a turn has a wait less than it has pages, and a host one for each page. */
function boundOf({ workers, hostsPerWorker, hosts, pagesPerHost, interval, latency, turn }: SimulationOptions): number {
  const pages = Math.min(turn.urls, pagesPerHost);
  const byWorkers = (workers * hostsPerWorker * pages) / (pages * latency + (pages - 1) * interval);
  return 1000 * Math.min(byWorkers, hosts / (interval + latency));
}

export async function simulate(options: SimulationOptions): Promise<Simulated> {
  const { workers, hostsPerWorker, hosts, pagesPerHost, interval, latency, turn } = options;
  const clock = new FakeClock();
  const all = hosts * pagesPerHost;
  const judge = new Judge(clock, latency, Math.floor(all / 2));
  const owner: DeskOwner = { refill: () => undefined, settled: () => undefined };
  const desk = new HostDesk(clock, owner, turn);
  for (let i = 0; i < hosts; i += 1) {
    judge.hosts.set(`h${i}.test`, { pages: 0, running: 0, ended: Number.NEGATIVE_INFINITY });
    for (let page = 0; page < pagesPerHost; page += 1) desk.push(startLink({ url: `http://h${i}.test/${page}` }));
  }
  const crawls = Array.from({ length: workers }, (_, worker) =>
    crawl(judge.client(worker), desk, {
      concurrency: hostsPerWorker,
      hosts: hostsPerWorker,
      perHost: { concurrency: 1, interval },
      robots: false,
      visitTimeout: 0,
      visit: () => undefined,
      clock,
    }),
  );
  let isOver = false;
  const ended = Promise.all(crawls).finally(() => {
    isOver = true;
  });
  while (!isOver) await clock.advance(1000);
  const results = await ended;
  const seconds = Math.max(...results.map(({ elapsed }) => elapsed)) / 1000;
  return {
    pages: judge.pages,
    seconds,
    rate: judge.pages / seconds,
    bound: boundOf(options),
    leastGap: judge.leastGap,
    mostAtOnce: judge.mostAtOnce,
    fairness: judge.fairness,
    busy: judge.busy.size,
    wrong: [...judge.urls.values()].filter((count) => count !== 1).length + (all - judge.urls.size),
  };
}

/** A server as a formula: latency from the number in flight, with seeded noise, in simulated time. */
import type { Outcome } from '../../src/pool/adaptive-concurrency.ts';

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Milliseconds for a request that finds `inFlight` requests, itself included. */
export type Latency = (inFlight: number, random: () => number) => number;

export const KNEE = 20;
const BASE = 50;

/** Uniform noise of so many parts around 1. */
const noise = (random: () => number, share: number) => 1 + share * (2 * random() - 1);
const excess = (inFlight: number) => Math.max(0, inFlight - KNEE);

export const latencies: Readonly<Record<string, Latency>> = {
  'waits in line past 20': (n) => BASE * Math.max(1, n / KNEE),
  'waits in line past 20, with 10 % noise': (n, random) => BASE * Math.max(1, n / KNEE) * noise(random, 0.1),
  'waits in line past 20, with 50 % noise': (n, random) => BASE * Math.max(1, n / KNEE) * noise(random, 0.5),
  'rises by a tenth for each past 20': (n, random) => BASE * (1 + 0.1 * excess(n)) * noise(random, 0.1),
  'rises by a quarter for each past 20': (n, random) => BASE * (1 + 0.25 * excess(n)) * noise(random, 0.1),
  'rises with the square past 20': (n, random) => BASE * Math.max(1, n / KNEE) ** 2 * noise(random, 0.2),
};

export interface Limiter {
  readonly limit: number;
  start(): number;
  settle(epoch: number, latency: number, outcome: Outcome): void;
}

export function fixed(limit: number): Limiter {
  return { limit, start: () => 0, settle: () => undefined };
}

export interface Run {
  /** Requests a millisecond, over the second half. */
  readonly throughput: number;
  /** The limit at each settled request of the second half. */
  readonly limits: readonly number[];
  /** Over all. */
  readonly throughputOfAll: number;
}

/** Keeps `limiter.limit` requests in flight until `requests` have settled. */
export function simulate(limiter: Limiter, latency: Latency, requests: number, seed: number): Run {
  const random = seededRandom(seed);
  const flying: { end: number; began: number; epoch: number }[] = [];
  const limits: number[] = [];
  let now = 0;
  let half = 0;
  for (let settled = 0; settled < requests; settled++) {
    while (flying.length < limiter.limit) {
      const epoch = limiter.start();
      flying.push({ end: now + latency(flying.length + 1, random), began: now, epoch });
    }
    let first = 0;
    for (let i = 1; i < flying.length; i++) if (flying[i]!.end < flying[first]!.end) first = i;
    const [one] = flying.splice(first, 1);
    now = one!.end;
    limiter.settle(one!.epoch, now - one!.began, 'success');
    if (settled === requests / 2) half = now;
    if (settled >= requests / 2) limits.push(limiter.limit);
  }
  return { throughput: requests / 2 / (now - half), limits, throughputOfAll: requests / now };
}

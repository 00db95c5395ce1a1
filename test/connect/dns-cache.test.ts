import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Client } from '../../src/client/client.ts';
import { type DnsCache, type DnsCacheOptions, dnsCache } from '../../src/connect/dns-cache.ts';
import { FakeClock } from '../../src/testing/fake-clock.ts';
import { startServer } from '../../src/testing/server.ts';
import { BrokenClock } from '../support/broken-clock.ts';
import { type DnsServer, startDnsServer } from '../support/dns-server.ts';

let dns: DnsServer;
let clock: FakeClock;

beforeEach(async () => {
  dns = await startDnsServer();
  clock = new FakeClock();
});
afterEach(() => dns.close());

const cacheOf = (options: DnsCacheOptions = {}) => dnsCache({ servers: [dns.address], clock, ...options });

function ask(cache: DnsCache, name: string, family = 4): Promise<string[]> {
  return new Promise((resolve, reject) => {
    cache(name, { all: true, family }, (error, found) => {
      if (error !== null) reject(error);
      else resolve((found as { address: string }[]).map(({ address }) => address));
    });
  });
}

describe('dnsCache', () => {
  it('asks again when the TTL is over, and not before', async () => {
    const cache = cacheOf();
    dns.records.set('a.test', [{ address: '127.0.0.1', ttl: 30 }]);
    expect(await ask(cache, 'a.test')).toEqual(['127.0.0.1']);
    dns.records.set('a.test', [{ address: '127.0.0.2', ttl: 30 }]);
    await clock.advance(29_999);
    expect(await ask(cache, 'A.test')).toEqual(['127.0.0.1']);
    await clock.advance(1);
    expect(await ask(cache, 'a.test')).toEqual(['127.0.0.2']);
    expect(dns.questions).toEqual(['a.test A', 'a.test A']);
  });

  it('goes by the shortest TTL of a name, and never beyond maxTtl', async () => {
    const cache = cacheOf({ maxTtl: '10s' });
    dns.records.set('a.test', [
      { address: '127.0.0.1', ttl: 5 },
      { address: '127.0.0.2', ttl: 3600 },
    ]);
    dns.records.set('b.test', [{ address: '127.0.0.3', ttl: 3600 }]);
    for (const wait of [0, 5000, 5000]) {
      await clock.advance(wait);
      await Promise.all([ask(cache, 'a.test'), ask(cache, 'b.test')]);
    }
    expect(dns.questions.filter((one) => one === 'a.test A')).toHaveLength(3);
    expect(dns.questions.filter((one) => one === 'b.test A')).toHaveLength(2);
  });

  it.each([
    [1, ['127.0.0.1', '127.0.0.1'], 2],
    [2, ['127.0.0.1', 'the clock broke'], 1],
  ])('keeps no answer by a clock that throws, and ends no process: look %i', async (nth, outcomes, questions) => {
    const broken = new BrokenClock('now throws', nth, false);
    const cache = cacheOf({ clock: broken });
    dns.records.set('a.test', [{ address: '127.0.0.1', ttl: 3600 }]);
    const found: string[] = [];
    for (let i = 0; i < 2; i += 1) found.push(...(await ask(cache, 'a.test').catch(({ message }) => [message])));
    expect(found).toEqual(outcomes);
    expect(dns.questions).toHaveLength(questions);
    broken.mend();
    expect(await ask(cache, 'a.test')).toEqual(['127.0.0.1']);
  });

  it('asks once for all who wait', async () => {
    const cache = cacheOf();
    dns.records.set('a.test', [{ address: '127.0.0.1', ttl: 30 }]);
    await Promise.all(Array.from({ length: 20 }, () => ask(cache, 'a.test')));
    expect(dns.questions).toEqual(['a.test A']);
  });

  it('finds both families, or the one that is asked for', async () => {
    const cache = cacheOf();
    dns.records.set('a.test', [
      { address: '::1', ttl: 30 },
      { address: '127.0.0.1', ttl: 30 },
    ]);
    expect((await ask(cache, 'a.test', 0)).sort()).toEqual(['127.0.0.1', '::1']);
    expect(await ask(cache, 'a.test', 6)).toEqual(['::1']);
  });

  it('leaves names that DNS does not have to the system, for fallbackTtl', async () => {
    const cache = cacheOf({ fallbackTtl: '1s' });
    expect(await ask(cache, 'localhost')).toEqual(['127.0.0.1']);
    await ask(cache, 'localhost');
    expect(dns.questions).toHaveLength(1);
    await clock.advance(1000);
    await ask(cache, 'localhost');
    expect(dns.questions).toHaveLength(2);
  });

  it('remembers that a name does not exist', async () => {
    const cache = cacheOf();
    await expect(ask(cache, 'nowhere.invalid')).rejects.toMatchObject({
      code: expect.stringMatching(/^ENOTFOUND|^EAI_/),
    });
    await expect(ask(cache, 'nowhere.invalid')).rejects.toThrow();
    expect(dns.questions).toHaveLength(1);
  });

  it('forgets the oldest name beyond its size, and what it is told to forget', async () => {
    const cache = cacheOf({ size: 2 });
    for (const name of ['a.test', 'b.test', 'c.test']) dns.records.set(name, [{ address: '127.0.0.1', ttl: 30 }]);
    for (const name of ['a.test', 'b.test', 'c.test', 'a.test', 'c.test']) await ask(cache, name);
    expect(dns.questions).toHaveLength(4);
    cache.clear('c.test');
    await ask(cache, 'c.test');
    cache.clear();
    await ask(cache, 'c.test');
    expect(dns.questions).toHaveLength(6);
  });

  it('is a lookup for requests', async () => {
    const server = await startServer();
    dns.records.set('service.test', [{ address: '127.0.0.1', ttl: 30 }]);
    await using client = new Client({ lookup: dnsCache({ servers: [dns.address] }), proxy: false, keepAlive: false });
    for (let i = 0; i < 3; i += 1) expect((await client.get(server.url('/json', 'service.test'))).status).toBe(200);
    expect(dns.questions.sort()).toEqual(['service.test A', 'service.test AAAA']);
    await server.close();
  });

  it('gives one address to who asks for one, and the error to who asks for none that is', async () => {
    dns.records.set('one.test', [{ address: '192.0.2.7', ttl: 30 }]);
    const cache = cacheOf();
    const one = (name: string) => new Promise((resolve) => cache(name, { family: 4 }, (...told) => resolve(told)));
    expect(await one('one.test')).toEqual([null, '192.0.2.7', 4]);
    expect(await one('none.invalid')).toEqual([expect.any(Error), []]);
  });

  it('refuses a duration that is none', () => {
    expect(() => dnsCache({ maxTtl: -1 })).toThrow(/maxTtl must not be negative/);
  });
});

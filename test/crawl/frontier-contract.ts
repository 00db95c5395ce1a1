/** What every frontier does, wherever its URLs wait. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Frontier, HostLease, Visit } from '../../src/crawl/index.ts';

export interface FrontierUnderTest {
  /** A new frontier, or with the same name the same one again, as another process would see it. */
  open(name: string, options?: { maxWaiting?: number }): Frontier | Promise<Frontier>;
  /** Whether one that is opened again has what the one before had. */
  readonly isKept: boolean;
  /** Whether two of one name may be open at once. */
  readonly isShared: boolean;
}

let names = 0;

export function frontierContract(kind: string, subject: FrontierUnderTest): void {
  const opened: Frontier[] = [];
  const stops: AbortController[] = [];

  afterEach(async () => {
    for (const stop of stops.splice(0)) stop.abort();
    for (const frontier of opened.splice(0).reverse()) await frontier[Symbol.asyncDispose]();
  });

  const newName = () => `t${process.pid}x${names++}`;
  async function open(options?: { maxWaiting?: number }, name = newName()): Promise<Frontier> {
    const frontier = await subject.open(name, options);
    opened.push(frontier);
    return frontier;
  }

  /** Leases one by one. */
  function leasesOf(frontier: Frontier, hosts = 10) {
    const stop = new AbortController();
    stops.push(stop);
    const iterator = frontier.leases({ signal: stop.signal, hosts })[Symbol.asyncIterator]();
    const next = async (): Promise<HostLease> => {
      const { done, value } = await iterator.next();
      if (done) throw new Error('no more leases');
      return value;
    };
    return { next, iterator, stop: () => stop.abort() };
  }

  /** Visits all there is, and answers what was visited. */
  async function drain(frontier: Frontier, settle: (lease: HostLease, visit: Visit) => unknown): Promise<Visit[]> {
    const visits: Visit[] = [];
    const stop = new AbortController();
    stops.push(stop);
    for await (const lease of frontier.leases({ signal: stop.signal, hosts: 1 })) {
      for (let batch = await lease.take(10); batch.length > 0; batch = await lease.take(10)) {
        for (const visit of batch) {
          visits.push(visit);
          await settle(lease, visit);
        }
      }
      await lease[Symbol.asyncDispose]();
    }
    return visits;
  }

  const linesOf = async (frontier: Frontier, after?: string) => {
    const lines: { id: string; line: string }[] = [];
    for await (const line of frontier.lines(after)) lines.push(line);
    return lines;
  };
  const page = (path: string) => ({ url: `http://a.example/${path}` });

  describe(`a frontier (${kind})`, () => {
    it('takes each URL once, in its one form', async () => {
      const frontier = await open();
      const found = [page('%c3'), page('%C3#x'), page('b'), { url: 'HTTP://A.example:80/b' }];
      expect(await frontier.add(found)).toEqual({ added: 2, known: 2, full: false });
      expect(await frontier.add([page('b'), page('c')])).toEqual({ added: 1, known: 1, full: false });
      expect(await frontier.stats()).toEqual({
        known: 3,
        waiting: 3,
        leased: 0,
        done: 0,
        failed: 0,
        hosts: 1,
        workers: 0,
      });
    });

    it('takes what comes one after the other', async () => {
      const frontier = await open();
      async function* some() {
        for (const path of ['a', 'b', 'a']) yield page(path);
      }
      expect(await frontier.add(some())).toEqual({ added: 2, known: 1, full: false });
    });

    it.each(['/relative', 'mailto:a@b.example', 'ftp://a.example/', 'http://user:secret@a.example/'])(
      'refuses %s and tells no secret',
      async (url) => {
        const frontier = await open();
        const refusal = frontier.add([{ url }]).then(
          () => new Error('it was taken'),
          (error: unknown) => error as Error,
        );
        expect(await refusal).toBeInstanceOf(TypeError);
        expect((await refusal).message).toMatch(/absolute http|credentials/);
        expect((await refusal).message).not.toContain('secret');
      },
    );

    it('hands out what it was given, and says how far it is', async () => {
      const frontier = await open();
      await frontier.add([{ ...page('a'), depth: 2, priority: 0, data: { x: [1] } }]);
      const leases = leasesOf(frontier);
      const lease = await leases.next();
      expect(lease.host).toBe('a.example');
      const [visit] = await lease.take(5);
      expect(visit).toEqual({
        url: 'http://a.example/a',
        depth: 2,
        priority: 0,
        data: { x: [1] },
        host: 'a.example',
        attempt: 1,
        from: null,
        token: expect.any(String),
      });
      expect(await frontier.stats()).toMatchObject({ known: 1, waiting: 0, leased: 1, done: 0, workers: 1 });
      expect(await lease.settle(visit!, { line: 1, failed: true })).toBe(true);
      expect(await frontier.stats()).toMatchObject({ leased: 0, done: 1, failed: 1 });
    });

    it('queues what a page leads to, each once, and ends when nothing waits', async () => {
      const frontier = await open();
      await frontier.add([page('')]);
      const tree: Record<string, string[]> = {
        '/': ['/a', 'b', 'http://b.example/x', 'mailto:x@y'],
        '/a': ['/b', '/'],
      };
      const visits = await drain(frontier, (lease, visit) => {
        const hrefs = tree[new URL(visit.url).pathname] ?? [];
        return lease.settle(visit, { line: visit.url, found: hrefs.map((url) => ({ url })) });
      });
      const seen = visits.map(({ url, depth, from }) => [url, depth, from]).sort();
      expect(seen).toEqual([
        ['http://a.example/', 0, null],
        ['http://a.example/a', 1, 'http://a.example/'],
        ['http://a.example/b', 1, 'http://a.example/'],
        ['http://b.example/x', 1, 'http://a.example/'],
      ]);
      const lines = (await linesOf(frontier)).map(({ line }) => JSON.parse(line));
      expect(lines.sort()).toEqual(seen.map(([url]) => url));
      expect(await frontier.stats()).toMatchObject({ known: 4, waiting: 0, leased: 0, done: 4, hosts: 2, workers: 0 });
    });

    it('knows a URL by its key', async () => {
      const frontier = await open();
      await frontier.add([page('a'), { ...page('a'), key: 'again' }, { ...page('b'), key: 'again' }]);
      const visits = await drain(frontier, (lease, visit) => lease.settle(visit, {}));
      expect(visits.map(({ url }) => url)).toEqual(['http://a.example/a', 'http://a.example/a']);
    });

    it('ends at once when nothing was ever added', async () => {
      expect(await drain(await open(), () => {})).toEqual([]);
    });

    it('gives the pages of a host by their priority', async () => {
      const frontier = await open();
      await frontier.add([2, 1, 0].map((priority) => ({ ...page(String(priority)), priority: priority as 0 | 1 | 2 })));
      const visits = await drain(frontier, (lease, visit) => lease.settle(visit, {}));
      expect(visits.map(({ priority }) => priority)).toEqual([0, 1, 2]);
    });

    it('has a host leased to one holder at a time', async () => {
      const frontier = await open();
      await frontier.add([page('a'), page('b'), { url: 'http://b.example/' }]);
      const leases = leasesOf(frontier);
      const [one, other] = [await leases.next(), await leases.next()];
      expect([one.host, other.host].sort()).toEqual(['a.example', 'b.example']);
      let isGiven = false;
      const third = leases.next().then((lease) => {
        isGiven = true;
        return lease;
      });
      const a = one.host === 'a.example' ? one : other;
      const [visit] = await a.take(1);
      await a.settle(visit!, {});
      expect(isGiven).toBe(false);
      await a[Symbol.asyncDispose]();
      const again = await third;
      expect(again.host).toBe('a.example');
      expect((await again.take(5)).map(({ url }) => url)).toEqual(['http://a.example/b']);
    });

    it('leases no more hosts at once than asked for', async () => {
      const frontier = await open();
      await frontier.add(['a', 'b', 'c'].map((name) => ({ url: `http://${name}.example/` })));
      const leases = leasesOf(frontier, 2);
      const one = await leases.next();
      await leases.next();
      let isGiven = false;
      const third = leases.next().then(() => {
        isGiven = true;
      });
      await frontier.stats();
      expect(isGiven).toBe(false);
      await one[Symbol.asyncDispose]();
      await third;
    });

    it('gets back what was taken and not settled, and takes nothing late', async () => {
      const frontier = await open();
      await frontier.add([page('a')]);
      const leases = leasesOf(frontier);
      const lease = await leases.next();
      const [visit] = await lease.take(1);
      await lease[Symbol.asyncDispose]();
      expect(await lease.settle(visit!, { line: 'late', found: [page('x')] })).toBe(false);
      const next = await leases.next();
      const [again] = await next.take(1);
      expect(again).toMatchObject({ url: visit!.url });
      expect(again!.token).not.toBe(visit!.token);
      expect(await next.settle(visit!, { line: 'late' })).toBe(false);
      expect(await next.settle(again!, { line: 'in time' })).toBe(true);
      expect(await next.settle(again!, { line: 'twice' })).toBe(false);
      expect((await linesOf(frontier)).map(({ line }) => line)).toEqual(['"in time"']);
      expect(await frontier.stats()).toMatchObject({ known: 1, done: 1 });
    });

    it('hands a page out again when it is told so, and not before', async () => {
      const frontier = await open();
      await frontier.add([page('a'), page('b')]);
      const told: number[] = [];
      const order: string[] = [];
      const visits = await drain(frontier, (lease, visit) => {
        order.push(`${new URL(visit.url).pathname} ${visit.attempt}`);
        if (visit.url.endsWith('a') && visit.attempt === 1) {
          told.push(Date.now() + 300);
          return lease.settle(visit, { again: { at: told[0]! } });
        }
        if (visit.attempt === 2) told.push(Date.now());
        return lease.settle(visit, {});
      });
      expect(order).toEqual(['/a 1', '/b 1', '/a 2']);
      expect(told[1]! - told[0]!).toBeGreaterThan(-20);
      expect(visits).toHaveLength(3);
      expect(await frontier.stats()).toMatchObject({ known: 2, done: 2, failed: 0 });
    });

    it('lets nobody ask a host before its time, whoever has it', async () => {
      const frontier = await open();
      await frontier.add([page('a'), page('b'), page('c')]);
      const leases = leasesOf(frontier);
      const lease = await leases.next();
      const [visit] = await lease.take(1);
      let until = Date.now() + 250;
      await lease.settle(visit!, { hostAt: until });
      const [second] = await lease.take(1);
      expect(Date.now() - until).toBeGreaterThan(-20);
      until = Date.now() + 250;
      await lease.settle(second!, { hostAt: until });
      await lease[Symbol.asyncDispose]();
      const again = await leases.next();
      const [third] = await again.take(1);
      expect(third).toMatchObject(page('c'));
      expect(Date.now() - until).toBeGreaterThan(-20);
    });

    it('is full when as many wait as may, and still queues what pages lead to', async () => {
      const frontier = await open({ maxWaiting: 3 });
      let pulled = 0;
      function* many() {
        for (; ; pulled += 1) yield page(String(pulled));
      }
      expect(await frontier.add(many())).toEqual({ added: 3, known: 0, full: true });
      expect(pulled).toBe(2);
      expect(await frontier.add([page('x')])).toEqual({ added: 0, known: 0, full: true });
      const visits = await drain(frontier, (lease, visit) =>
        lease.settle(visit, { found: visit.depth === 0 ? [page('y'), page('z')] : [] }),
      );
      expect(visits).toHaveLength(5);
      expect(await frontier.add([page('x')])).toEqual({ added: 1, known: 0, full: false });
    });

    it('gives its lines in their order, and from any of them on', async () => {
      const frontier = await open();
      await frontier.add(Array.from({ length: 30 }, (_, i) => page(String(i))));
      await drain(frontier, (lease, visit) => lease.settle(visit, { line: { url: visit.url, text: 'é\n"' } }));
      const lines = await linesOf(frontier);
      expect(lines).toHaveLength(30);
      expect(lines.map(({ line }) => JSON.parse(line).url)).toEqual(
        Array.from({ length: 30 }, (_, i) => page(String(i)).url),
      );
      expect(new Set(lines.map(({ id }) => id)).size).toBe(30);
      expect(await linesOf(frontier, lines[9]!.id)).toEqual(lines.slice(10));
      expect(await linesOf(frontier, lines[29]!.id)).toEqual([]);
      const other = await open();
      await expect(linesOf(other, lines[9]!.id)).rejects.toThrow(TypeError);
    });

    it('does nothing of an outcome that cannot be written', async () => {
      const frontier = await open();
      await frontier.add([page('a')]);
      const lease = await leasesOf(frontier).next();
      const [visit] = await lease.take(1);
      const circle: Record<string, unknown> = {};
      circle['self'] = circle;
      await expect(lease.settle(visit!, { line: circle, found: [page('b')] })).rejects.toThrow(TypeError);
      expect(await frontier.stats()).toMatchObject({ known: 1, leased: 1, done: 0 });
      expect(await lease.settle(visit!, { line: 'x' })).toBe(true);
    });

    it('ends its leases when told so, and leaves what waits', async () => {
      const frontier = await open();
      await frontier.add([page('a')]);
      const leases = leasesOf(frontier);
      const lease = await leases.next();
      const next = leases.iterator.next();
      leases.stop();
      expect((await next).done).toBe(true);
      await lease[Symbol.asyncDispose]();
      expect(await frontier.stats()).toMatchObject({ waiting: 1, leased: 0, workers: 0 });
    });

    it('ends its leases with an error when it is closed while pages wait', async () => {
      const frontier = await open();
      await frontier.add([page('a'), page('b')]);
      const leases = leasesOf(frontier);
      const lease = await leases.next();
      const [visit] = await lease.take(1);
      const next = leases.iterator.next();
      const ended = expect(next).rejects.toThrow('the frontier was closed');
      await frontier[Symbol.asyncDispose]();
      await ended;
      expect(lease.signal.aborted).toBe(true);
      expect(await lease.settle(visit!, { line: 'late' })).toBe(false);
    });

    it('refuses everything when it was closed, also one that was never used', async () => {
      for (const isUsed of [true, false]) {
        const frontier = await open();
        if (isUsed) await frontier.add([page('a')]);
        await frontier[Symbol.asyncDispose]();
        const { signal } = new AbortController();
        const refused = [
          frontier.add([page('b')]),
          frontier.stats(),
          linesOf(frontier),
          frontier.leases({ signal, hosts: 1 })[Symbol.asyncIterator]().next(),
        ];
        for (const one of refused) await expect(one).rejects.toThrow('the frontier was closed');
      }
    });

    it.runIf(subject.isKept)('goes on where it was when it is opened again', async () => {
      const name = newName();
      const frontier = await open(undefined, name);
      await frontier.add([page('a'), { ...page('b'), data: 1 }, page('c')]);
      const lease = await leasesOf(frontier).next();
      const [a, b] = await lease.take(2);
      await lease.settle(a!, { line: 'a', found: [page('d')] });
      await lease.settle(b!, { again: { at: Date.now() - 1 } });
      await lease[Symbol.asyncDispose]();
      const lines = await linesOf(frontier);
      for (const stop of stops.splice(0)) stop.abort();
      await opened.pop()![Symbol.asyncDispose]();

      const again = await open(undefined, name);
      expect(await again.stats()).toMatchObject({ known: 4, waiting: 3, leased: 0, done: 1 });
      expect(await again.add([page('a'), page('d')])).toEqual({ added: 0, known: 2, full: false });
      const visits = await drain(again, (held, visit) => held.settle(visit, { line: visit.url }));
      expect(visits.map(({ url, attempt, data }) => [url, attempt, data]).sort()).toEqual([
        ['http://a.example/b', 2, 1],
        ['http://a.example/c', 1, undefined],
        ['http://a.example/d', 1, undefined],
      ]);
      expect(await linesOf(again, lines[0]!.id)).toHaveLength(3);
    });
  });
}

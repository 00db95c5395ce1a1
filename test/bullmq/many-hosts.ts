/**
 * A site of many hosts that judges how polite the workers of a crawl are, for the tests that kill workers or make them
 * stand still.
 */
import { startServer } from '../../src/testing/server.ts';
import { systemClock } from '../../src/time/clock.ts';

/** What one worker asked of one host. Milliseconds of the system's clock. */
interface Exchange {
  /** The process that asked. */
  readonly worker: string;
  begun: number;
  /** When the answer was on its way, or its asker had hung up; not a number until then. */
  ended: number;
}

export interface ManyHosts {
  readonly port: string;
  /** How often each page was asked for. */
  readonly fetched: ReadonlyMap<string, number>;
  /** Requests in all. */
  count(): number;
  /** The shortest span from the end of an exchange to the next request of its host, and who those were. */
  leastGap(): { readonly gap: number; readonly between: string };
  /** Called with each request. */
  onRequest(listener: () => void): void;
  /** Nothing that this process has asked is asked later than now, whenever it is read. */
  died(pid: number | undefined): void;
  close(): Promise<void>;
}

const ANSWERED_AFTER = 5;

/** Each page leads to the next ones of its host, twice, and to a page of the next host. */
export async function manyHosts(hosts: number, pages: number): Promise<ManyHosts> {
  const seen = new Map<string, Exchange[]>();
  const fetched = new Map<string, number>();
  const deaths = new Map<string, number>();
  let onRequest = () => {};
  const server = await startServer({
    keep: 1,
    listener: (req, res) => {
      const host = req.headers.host!;
      const exchange = { worker: String(req.headers['x-worker']), begun: systemClock.now(), ended: Number.NaN };
      const ended = () => {
        if (Number.isNaN(exchange.ended)) exchange.ended = systemClock.now();
      };
      res.on('close', ended);
      seen.set(host, [...(seen.get(host) ?? []), exchange]);
      fetched.set(host + req.url, (fetched.get(host + req.url) ?? 0) + 1);
      const page = Number(req.url!.slice(1));
      const next = (Number(/^h(\d+)/.exec(host)![1]) + 1) % hosts;
      const own = [1, 2, 3].map((step) => `/${(page + step) % pages}`);
      onRequest();
      setTimeout(() => {
        ended();
        res.end(JSON.stringify([...own, own[0], `http://h${next}.test:PORT/${page}`]));
      }, ANSWERED_AFTER);
    },
  });
  /** A process that is dead wrote its request before; this one only read it late. */
  const judged = ({ worker, begun, ended }: Exchange): Exchange => {
    const death = deaths.get(worker) ?? Number.POSITIVE_INFINITY;
    return { worker, begun: Math.min(begun, death), ended: Math.min(ended, death) };
  };
  return {
    port: String(server.port),
    fetched,
    count: () => [...fetched.values()].reduce((sum, count) => sum + count, 0),
    leastGap() {
      let least = { gap: Number.POSITIVE_INFINITY, between: 'none' };
      for (const [host, all] of seen) {
        const inOrder = all.map(judged).sort((a, b) => a.begun - b.begun);
        for (const [i, exchange] of inOrder.slice(1).entries()) {
          const before = inOrder[i]!;
          const gap = exchange.begun - before.ended;
          if (gap >= least.gap) continue;
          least = { gap, between: `${host}: ${JSON.stringify([before, exchange])}` };
        }
      }
      return least;
    },
    onRequest: (listener) => {
      onRequest = listener;
    },
    died: (pid) => void deaths.set(String(pid), systemClock.now()),
    close: () => server.close(),
  };
}

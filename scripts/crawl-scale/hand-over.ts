/** How long a host stands still after the worker that had it was killed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { redisFrontier } from '../../src/bullmq/index.ts';
import { RedisServer } from '../../test/support/redis-server.ts';
import { workerProgram } from './worker-program.ts';

/** What `crawl-worker.ts` asks for. */
const LEASE = 1000;
/** More than anybody fetches meanwhile. */
const PAGES = 1_000_000;
const WORKERS = 3;

export interface HandOvers {
  readonly lease: number;
  /** Milliseconds from each kill until another worker asks the host, the shortest first. */
  readonly milliseconds: readonly number[];
}

/** One host that never ends, and workers of which the one that has it is killed, again and again. */
export async function handOver(kills: number): Promise<HandOvers> {
  await using redis = await RedisServer.start();
  /** Told which worker has asked for a page. */
  let onRequest = (_pid: number) => {};
  const server = createServer((req, res) => {
    onRequest(Number(req.headers['x-worker']));
    setTimeout(() => res.end(JSON.stringify([`/${(Number(req.url!.slice(1)) + 1) % PAGES}`])), 5);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await using frontier = redisFrontier({ connection: redis.url, name: 'hand-over' });
  await frontier.add([{ url: `http://h0.test:${port}/0` }]);
  const args = [...(await workerProgram()), redis.url, 'hand-over', String(port), '20', '2'];
  const workers = new Map<number, ChildProcess>();
  const start = () => {
    const child = spawn(process.execPath, args, { stdio: 'inherit' });
    workers.set(child.pid!, child);
  };
  const asked = (isWanted: (pid: number) => boolean) =>
    new Promise<number>((resolve) => {
      onRequest = (pid) => isWanted(pid) && resolve(pid);
    });
  const milliseconds: number[] = [];
  try {
    while (milliseconds.length < kills) {
      while (workers.size < WORKERS) start();
      // The host goes round, so that each has had it once and none has its first request before it.
      const cold = new Set(workers.keys());
      while (cold.size > 0) cold.delete(await asked((pid) => cold.has(pid)));
      const holder = await asked(() => true);
      const killed = performance.now();
      workers.get(holder)!.kill('SIGKILL');
      workers.delete(holder);
      await asked((pid) => pid !== holder);
      milliseconds.push(performance.now() - killed);
    }
  } finally {
    for (const child of workers.values()) child.kill('SIGKILL');
    server.close();
    server.closeAllConnections();
  }
  return { lease: LEASE, milliseconds: milliseconds.sort((a, b) => a - b) };
}

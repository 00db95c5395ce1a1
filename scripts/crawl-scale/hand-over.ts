/** How long a host stands still after the worker that had it was killed. */
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { redisFrontier } from '../../src/bullmq/index.ts';
import { RedisServer } from '../../test/support/redis-server.ts';
import { workerProgram } from './worker-program.ts';

/** What `crawl-worker.ts` asks for. */
const LEASE = 1000;
const PAGES = 1000;

export async function handOver(): Promise<{ readonly lease: number; readonly milliseconds: number }> {
  await using redis = await RedisServer.start();
  /** Told when a page was asked for. */
  let onRequest = () => {};
  const server = createServer((req, res) => {
    onRequest();
    setTimeout(() => res.end(JSON.stringify([`/${(Number(req.url!.slice(1)) + 1) % PAGES}`])), 5);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await using frontier = redisFrontier({ connection: redis.url, name: 'hand-over' });
  await frontier.add([{ url: `http://h0.test:${port}/0` }]);
  const args = [...workerProgram, redis.url, 'hand-over', String(port), '20', '2'];
  const start = () => spawn(process.execPath, args, { stdio: 'inherit' });
  const asked = () =>
    new Promise<void>((resolve) => {
      onRequest = resolve;
    });
  const first = start();
  await asked();
  const other = start();
  while ((await frontier.stats()).workers < 2) await asked();
  first.kill('SIGKILL');
  await new Promise((resolve) => first.on('close', resolve));
  const killed = performance.now();
  await asked();
  const milliseconds = performance.now() - killed;
  other.kill('SIGKILL');
  server.close();
  server.closeAllConnections();
  return { lease: LEASE, milliseconds };
}

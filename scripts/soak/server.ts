/** The servers of a soak, in a process of their own: the test site over HTTP/1.1 and HTTP/2, and one of faults. */
import { fork } from 'node:child_process';
import { createServer as createHttp2Server } from 'node:http2';
import type { Server } from 'node:net';
import { fileURLToPath } from 'node:url';
import { startServer } from '../../src/testing/server.ts';
import { ConnectionLedger, listen } from '../../src/testing/server-connections.ts';
import { createSite } from '../../src/testing/site.ts';
import { faultServer } from './fault-server.ts';

export interface Origins {
  readonly site: string;
  readonly http2: string;
  readonly faults: string;
}

export interface SoakServer {
  readonly origins: Origins;
  /** How many connections are open, as the servers see it. */
  connections(): Promise<number>;
  stop(): void;
}

/** Starts the process. */
export async function startSoakServer(): Promise<SoakServer> {
  const child = fork(fileURLToPath(import.meta.url), ['serve'], { execArgv: ['--no-warnings', '--import', 'tsx'] });
  const answer = <T>() =>
    new Promise<T>((resolve, reject) => {
      const onExit = () => reject(new Error('the process of the servers ended'));
      child.once('exit', onExit);
      child.once('message', (message) => {
        child.off('exit', onExit);
        resolve(message as T);
      });
    });
  return {
    origins: await answer<Origins>(),
    connections() {
      const count = answer<number>();
      child.send('count');
      return count;
    },
    stop: () => void child.kill(),
  };
}

async function serve(): Promise<void> {
  // An idle connection of the built-in fetch, which nobody can close, ends within a second or two.
  const site = await startServer({ keepAliveTimeout: 3_000, keep: 1 });
  const patient = { maxSessionMemory: 1_000, streamResetBurst: 1e9, streamResetRate: 1e9 };
  const http2 = createHttp2Server(patient, createSite() as never) as unknown as Server;
  http2.on('sessionError', () => undefined);
  const faults = faultServer();
  const ledgers = [http2, faults].map((server) => new ConnectionLedger(server));
  const [http2Port, faultPort] = await Promise.all([listen(http2, {}), listen(faults, {})]);
  process.on('message', () => process.send!(ledgers.reduce((sum, { open }) => sum + open, site.connections)));
  process.on('disconnect', () => process.exit());
  const origins: Origins = {
    site: site.origin,
    http2: `http://127.0.0.1:${http2Port}`,
    faults: `http://127.0.0.1:${faultPort}`,
  };
  process.send!(origins);
}

if (process.argv[2] === 'serve' && process.argv[1] === fileURLToPath(import.meta.url)) await serve();

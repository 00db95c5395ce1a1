/**
 * Run as a process of its own: uses one client over one handler many times in each way, tells its parent what is there
 * before and after, closes the client, and stays until the parent has counted the sockets of its servers.
 */
import { fork } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Client } from '../../src/client/client.ts';
import { built } from '../support/built.ts';
import { leakHandlers } from './leak-handlers.ts';
import { kinds, LEFT_ALONE } from './leak-kinds.ts';
import { type Measure, measure, settle } from './leak-measure.ts';

export interface Job {
  readonly kind: string;
  readonly origin: string;
  readonly count: number;
}

export interface Finding {
  readonly jobs: readonly Job[];
  readonly before: Measure;
  readonly after: Measure;
}

export interface Findings {
  readonly found: readonly Finding[];
  /** Sockets and timers once the client is closed, against those before there was one. */
  readonly closed: { readonly before: Measure; readonly after: Measure };
  /** Calls that failed because Node's server of HTTP/2 takes many resets for an attack, and closes the connection. */
  readonly refused: number;
  /** What the runtime warned of, such as too many listeners. */
  readonly warnings: readonly string[];
}

const CONCURRENCY = 50;

/** Starts the child, which measures after each group. Its promise resolves with what it found; `end` lets it go. */
export function startLeakProcess(
  handler: string,
  groups: readonly (readonly Job[])[],
): { found: Promise<Findings>; end(): void } {
  const script = built('test/leaks/leak-process.ts');
  const child = fork(script, [handler, JSON.stringify(groups)], { execArgv: ['--expose-gc'] });
  const found = new Promise<Findings>((resolve, reject) => {
    child.once('message', (message) => resolve(message as Findings));
    child.once('error', reject);
    child.once('exit', (code, signal) => reject(new Error(`the process ended with ${code ?? signal}`)));
  });
  return { found, end: () => void child.kill() };
}

async function times(count: number, one: (i: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) await one(next++);
  };
  await Promise.all(Array.from({ length: Math.min(CONCURRENCY, count) }, worker));
}

function isServersDoing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return (error as { code?: string }).code === 'ERR_HTTP2_SESSION_ERROR' || isServersDoing(error.cause);
}

async function main(handler: string, groups: readonly (readonly Job[])[]): Promise<void> {
  // The first stack trace that names a file keeps the source map of the file: a thousand objects, whenever that is.
  process.setSourceMapsEnabled(false);
  const warnings: string[] = [];
  process.on('warning', ({ name, message }) => name !== 'ExperimentalWarning' && warnings.push(`${name}: ${message}`));
  const shared = new AbortController().signal;
  const start = measure(shared);
  let refused = 0;
  const client = new Client(leakHandlers[handler]!());
  const run = async ({ kind, origin }: Job, count: number): Promise<void> => {
    await times(count, (i) =>
      kinds[kind]!(client, origin, i, shared).catch((error: unknown) => {
        if (!isServersDoing(error)) throw error;
        refused += 1;
      }),
    );
    if (kind === 'unread') await delay(LEFT_ALONE);
  };
  // Code is compiled, pools and caches are filled: what comes after must not add to that.
  for (const job of groups.flat()) await run(job, Math.max(100, job.count / 10));
  await settle();
  let before = measure(shared);
  const found: Finding[] = [];
  for (const jobs of groups) {
    for (const job of jobs) await run(job, job.count);
    await settle();
    const after = measure(shared);
    found.push({ jobs, before, after });
    before = after;
  }
  await client.close();
  await settle();
  const findings: Findings = { found, closed: { before: start, after: measure(shared) }, refused, warnings };
  process.send!(findings);
  process.once('disconnect', () => process.exit());
}

const [, script, handler, groups] = process.argv;
if (script === fileURLToPath(import.meta.url)) await main(handler!, JSON.parse(groups!) as Job[][]);

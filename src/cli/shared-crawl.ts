/** `sluice crawl --redis URL --name N`: one crawl on many machines. Who starts it writes the lines and tells the end. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SharedFrontier } from '../bullmq/redis-frontier.ts';
import type { FrontierStats } from '../crawl/frontier.ts';
import { writeLines } from '../crawl/write-lines.ts';
import { startTimer } from '../time/clock.ts';
import { archiveInto } from './archive.ts';
import { cacheOptions } from './cache-options.ts';
import type { CrawlCommand } from './commands.ts';
import { Crawl } from './crawl/crawl.ts';
import { Journal } from './crawl/journal.ts';
import { Progress } from './crawl/progress.ts';
import { exitCodeOf, reportOf } from './crawl-report.ts';
import { writeOut } from './output-file.ts';
import { interruption, type Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';

type Shared = NonNullable<CrawlCommand['shared']>;

/** What a worker that joins has to know, under this name in the frontier. */
const COMMAND = 'command';
/** How many pages there may be, which the frontier reads itself. */
const LIMIT = 'limit';
/** Milliseconds for which Redis keeps the command; a crawl that rests for longer has to be started anew. */
const MONTH = 30 * 24 * 3_600_000;
const SECOND = 1000;
/** Milliseconds between two looks at whether others still work. */
const PAUSE = 200;

/**
 * Does what the role says: shows figures, works for a crawl of others, or starts one.
 * @returns the exit code
 */
export async function sharedCrawl(command: CrawlCommand, shared: Shared, terminal: Terminal): Promise<number> {
  const { redisFrontier } = await loadBullmq();
  await using frontier = redisFrontier({ connection: shared.redis, name: shared.name, clock: terminal.clock });
  using stop = interruption(terminal);
  switch (shared.role) {
    case 'status':
      return showStatus(frontier, terminal, stop.signal);
    case 'worker':
      await work(await joined(frontier, command, terminal, stop.signal), frontier, terminal, stop.signal);
      return stop.code ?? 0;
    case 'start':
      return (await lead(command, frontier, terminal, stop.signal)) ?? stop.code ?? 0;
  }
}

/**
 * Loaded on demand: both packages are optional.
 * @throws UsageError saying what to install
 */
async function loadBullmq(): Promise<typeof import('../bullmq/redis-frontier.ts')> {
  try {
    return await import('../bullmq/redis-frontier.ts');
  } catch (cause) {
    const { code } = cause as { code?: unknown };
    // What a bundler made has `require`, and a single executable knows no package at all.
    if (code === 'ERR_UNKNOWN_BUILTIN_MODULE') {
      throw new UsageError(
        '--redis needs bullmq and ioredis, which this executable was made without: bundle them into it',
      );
    }
    if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') throw cause;
    throw new UsageError('--redis needs two packages that are not installed: npm install bullmq ioredis');
  }
}

/** Adds the starts, works, and writes the lines, whoever has fetched their pages. */
async function lead(
  command: CrawlCommand,
  frontier: SharedFrontier,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<number | undefined> {
  const folder = command.out === undefined ? mkdtempSync(join(tmpdir(), 'sluice-crawl-')) : undefined;
  const out = command.out ?? join(folder!, 'pages.jsonl');
  const started = terminal.clock.now();
  try {
    const { shared: _shared, out: _out, resume: _resume, cache: _cache, har: _har, ...rest } = command;
    // Credentials and files are the machine's own: they are not written down.
    const told = { ...rest, headers: [], hostHeaders: [], urls: command.urls.map(withoutUserinfo) };
    await frontier.shared.set(COMMAND, JSON.stringify(told), MONTH);
    const most = Number.isFinite(command.limit) ? command.limit : 0;
    await frontier.shared.set(LIMIT, String(most), MONTH);
    await frontier.add(new Crawl({ ...command, journal: NO_JOURNAL }).starts);
    await workAndWrite(command, frontier, { ...terminal, out }, signal);
    if (signal.aborted) {
      terminal.stderr.write('\nstopped here; others go on, and the same command joins again\n');
      return undefined;
    }
    const journal = new Journal(out);
    try {
      const crawl = new Crawl({ ...command, journal });
      crawl.resume();
      const result = crawl.report(false);
      const elapsed = terminal.clock.now() - started;
      await writeOut(terminal.stdout, reportOf(command, result, elapsed, result.summary.pages));
      return exitCodeOf(result);
    } finally {
      journal.close();
    }
  } finally {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  }
}

/** The lines are written while pages come, and to the last one when all have. */
async function workAndWrite(
  command: CrawlCommand,
  frontier: SharedFrontier,
  terminal: Terminal & { readonly out: string },
  signal: AbortSignal,
): Promise<void> {
  const { clock, out } = terminal;
  const worked = new AbortController();
  const until = AbortSignal.any([signal, worked.signal]);
  const writing = writeLines(frontier, out, { signal: until, clock }).catch((error) => {
    if (!until.aborted) throw error;
  });
  try {
    await Promise.race([work(command, frontier, terminal, signal), writing.then(() => new Promise<void>(() => {}))]);
    while (!signal.aborted && (await isUnderWay(frontier))) await clock.sleep(PAUSE, signal).catch(() => undefined);
  } finally {
    worked.abort();
    await writing;
  }
  await writeLines(frontier, out, { follow: false, clock });
}

/** Whether somebody may still settle a page: a crawl that has reached its limit leaves others waiting. */
async function isUnderWay(frontier: SharedFrontier): Promise<boolean> {
  const { leased, workers } = await frontier.stats();
  return leased > 0 && workers > 0;
}

/** What the one who started it has asked for, with this machine's own headers and pace. */
async function joined(
  frontier: SharedFrontier,
  own: CrawlCommand,
  { clock, stderr }: Terminal,
  signal: AbortSignal,
): Promise<CrawlCommand> {
  for (let isTold = false; ; isTold = true) {
    const text = await frontier.shared.get(COMMAND);
    if (text !== undefined) {
      const { headers, concurrency, cache, har } = own;
      const told = JSON.parse(text) as CrawlCommand;
      return {
        ...told,
        headers,
        concurrency,
        ...(cache !== undefined && { cache }),
        ...(har !== undefined && { har }),
      };
    }
    if (!isTold) stderr.write('nobody has started this crawl yet; waiting\n');
    await clock.sleep(SECOND, signal);
  }
}

/** Fetches pages of the shared frontier until there are none. Figures on the screen are those of the whole crawl. */
async function work(
  command: CrawlCommand,
  frontier: SharedFrontier,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<void> {
  const { clock, stderr } = terminal;
  const { limit: _limit, depth, ...rest } = command;
  await using archive = await archiveInto(command.har, false);
  const clientOptions = { ...(await cacheOptions(command.cache, terminal)), ...archive.options };
  // JSON has no infinity.
  const crawl = new Crawl({
    ...rest,
    ...(typeof depth === 'number' && { depth }),
    journal: NO_JOURNAL,
    source: frontier,
    clientOptions,
    clock,
  });
  /** Asked for once a second; the bar is drawn more often. */
  let latest: FrontierStats = await frontier.stats();
  const progress = new Progress(stderr, clock, () => {
    const { done, known, failed } = latest;
    return { done, known, failed, running: crawl.figures.running };
  });
  let stopTimer = () => {};
  const look = () => {
    stopTimer = startTimer(
      clock,
      SECOND,
      () => {
        frontier.stats().then(
          (stats) => {
            latest = stats;
          },
          () => undefined,
        );
        look();
      },
      true,
    );
  };
  look();
  const onAbort = () => {
    progress.say('stopping: what is in flight comes to its end; once more to end at once');
    crawl.stop();
  };
  signal.addEventListener('abort', onAbort);
  try {
    if (!signal.aborted) await crawl.run();
  } finally {
    signal.removeEventListener('abort', onAbort);
    stopTimer();
    progress.end();
  }
}

/** Once, and on a terminal again and again until the crawl is over. */
async function showStatus(frontier: SharedFrontier, { stdout, clock }: Terminal, signal: AbortSignal): Promise<number> {
  let before: FrontierStats | undefined;
  for (;;) {
    const stats = await frontier.stats();
    const { known, waiting, leased, done, failed, hosts, workers } = stats;
    const rate = before === undefined ? '' : `, ${done - before.done} pages a second`;
    const text = `${done} of ${known} pages, ${failed} failed, ${waiting} waiting, ${leased} in hand, ${hosts} hosts, ${workers} workers${rate}`;
    const isLast = !stdout.isTTY || waiting + leased === 0 || signal.aborted;
    await writeOut(stdout, `${stdout.isTTY && before !== undefined ? '\r\x1b[K' : ''}${text}${isLast ? '\n' : ''}`);
    if (isLast) return 0;
    before = stats;
    await clock.sleep(SECOND, signal).catch(() => undefined);
  }
}

/** The URL without its credentials, for what other machines can read. */
function withoutUserinfo(text: string): string {
  const url = new URL(text);
  url.username = '';
  url.password = '';
  return url.href;
}

/** A crawl in Redis reads nothing of a file. */
const NO_JOURNAL = {
  reader: () => ({ fork: () => undefined, [Symbol.iterator]: function* () {} }),
} as unknown as Journal;

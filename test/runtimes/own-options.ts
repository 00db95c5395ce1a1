/**
 * The options that Bun's and Deno's own fetch take, against real proxies, real TLS and a real unix socket: each is kept, or
 * refused by its name. The sites are in this process, because a server of another runtime has rules of its own.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { root } from '../../scripts/own-project.ts';
import type { Outcome, Told } from './own-options-guest.ts';
import { type Expected, ownOptions, type Row } from './own-options-rows.ts';
import { type Places, type SeenBySite, startPlaces } from './own-options-site.ts';

export type Runtime = 'bun' | 'deno';

export interface Counts {
  passed: number;
  failed: number;
  readonly problems: string[];
}

/** @param command the runtime's own */
export async function testOwnOptions(runtime: Runtime, command: string): Promise<Counts> {
  const places = await startPlaces();
  const folder = mkdtempSync(join(tmpdir(), 'sluice-own-'));
  const ca = join(folder, 'ca.pem');
  writeFileSync(ca, places.pem.ca.cert);
  const proxy = places.proxies.http.origin;
  const plain = new Guest(runtime, command, {});
  // What the environment says of proxies and authorities.
  const led = new Guest(runtime, command, {
    HTTP_PROXY: proxy,
    HTTPS_PROXY: proxy,
    NODE_EXTRA_CA_CERTS: ca,
    DENO_NO_UPDATE_CHECK: '1',
  });
  const counts: Counts = { passed: 0, failed: 0, problems: [] };
  let last: Partial<SeenBySite> | undefined;
  try {
    for (const row of ownOptions(places, ca)) {
      const { found, through } = await sent(row.isLed ? led : plain, row, places);
      const seen = seenIn(found);
      const problem = problemOf(row[runtime], found, seen, through) ?? row.check?.(seen, last);
      last = seen;
      if (problem === undefined) counts.passed++;
      else {
        counts.failed++;
        counts.problems.push(
          `${row.name}: ${problem} (${JSON.stringify(found).slice(0, 400)}, by ${through ?? 'no proxy'})`,
        );
      }
    }
  } finally {
    plain.end();
    led.end();
    await places.close();
    rmSync(folder, { recursive: true, force: true });
  }
  return counts;
}

async function sent(guest: Guest, { told }: Row, places: Places): Promise<{ found: Outcome; through?: string }> {
  const proxies = Object.entries(places.proxies);
  const before = proxies.map(([, { seen }]) => seen.length);
  const found = await guest.ask(told);
  const through = proxies.find(([, { seen }], i) => seen.length > before[i]!)?.[0];
  return { found, ...(through !== undefined && { through }) };
}

function problemOf(
  expected: Expected,
  found: Outcome,
  seen: Partial<SeenBySite>,
  through?: string,
): string | undefined {
  if ('refused' in expected) {
    const isRight = found.code === 'ERR_UNSUPPORTED' && found.message?.includes(expected.refused);
    return isRight ? undefined : `is not refused with "${expected.refused}"`;
  }
  if ('code' in expected) return found.code === expected.code ? undefined : `does not fail with ${expected.code}`;
  const { through: by, version, ...facts } = expected;
  if (found.code !== undefined) return 'failed';
  if (by !== through) return `did not go through ${by ?? 'no proxy'}`;
  if (version !== undefined && found.version !== version) return `is not HTTP/${version}`;
  const wrong = Object.entries(facts).find(
    ([name, value]) => ({ ...seen, coding: found.coding })[name as never] !== value,
  );
  return wrong && `${wrong[0]} is not ${JSON.stringify(wrong[1])}`;
}

function seenIn({ text }: Outcome): Partial<SeenBySite> {
  return text?.startsWith('{') ? (JSON.parse(text) as SeenBySite) : {};
}

/** The program in the runtime: a line for a line. */
class Guest {
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #ended: Promise<{ done: true; value?: never }>;

  constructor(runtime: Runtime, command: string, env: Record<string, string>) {
    const program = 'test/runtimes/own-options-guest.ts';
    const args = runtime === 'bun' ? ['run', program] : ['run', '-A', '--no-check', program];
    const clean = Object.entries(process.env).filter(([name]) => !/_proxy$/i.test(name));
    this.#process = spawn(command, args, {
      cwd: root,
      env: { ...Object.fromEntries(clean), ...env, NO_COLOR: '1' },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#lines = createInterface({ input: this.#process.stdout! })[Symbol.asyncIterator]();
    this.#ended = once(this.#process, 'exit').then(() => ({ done: true }));
  }

  async ask(told: Told): Promise<Outcome> {
    this.#process.stdin!.write(`${JSON.stringify(told)}\n`);
    const { done, value } = await Promise.race([this.#lines.next(), this.#ended]);
    if (done) throw new Error('the program has ended');
    return JSON.parse(value) as Outcome;
  }

  end(): void {
    this.#process.stdin!.end();
  }
}

/**
 * `npm run soak -- --minutes 60`: load, faults, aborts and timeouts over every handler, against servers in a process of
 * their own. Prints a line each minute and a report; exits with 1 when a call did not settle or was answered wrongly,
 * when anything leaked, or when what the process holds grows beyond noise. `--docs` writes the report into docs/soak.md.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { type SoakArguments, soakArguments } from './soak/arguments.ts';
import { Load } from './soak/load.ts';
import { lineOf, problemsOf, reportOf, withReport } from './soak/report.ts';
import { type Sample, sample } from './soak/samples.ts';
import { startSoakServer } from './soak/server.ts';

const MINUTE = 60_000;
/** Samples in a minute. The load rests for each, so that what is measured is what stays. */
const PER_MINUTE = 2;
const SHORTEST_STEP = 1_500;

// The tables of source maps are read at the first stack of each file, and stay: they would look like growth.
process.setSourceMapsEnabled(false);

async function soak(asked: SoakArguments): Promise<boolean> {
  const server = await startSoakServer();
  const load = new Load(server.origins, asked.seed);
  const started = performance.now();
  const measured = async (): Promise<Sample> => {
    const connections = await server.connections();
    return sample((performance.now() - started) / MINUTE, load.shared, connections);
  };
  const before = await measured();
  const samples: Sample[] = [];
  const step = Math.min(MINUTE / PER_MINUTE, Math.max(SHORTEST_STEP, asked.length / 8));
  for (let passed = step; passed <= asked.length + 1; passed += step) {
    load.start(asked.concurrency);
    await delay(step);
    await load.pause();
    samples.push(await measured());
    const isMinute = samples.length % PER_MINUTE === 0;
    if (isMinute) console.log(lineOf(samples.at(-1)!, load.counts));
  }
  await load.close();
  for (let waits = 0; waits < 100 && (await server.connections()) > before.connections; waits += 1) await delay(100);
  const outcome = { asked, counts: load.counts, samples, before, after: await measured() };
  server.stop();
  const report = reportOf(outcome);
  console.log(`\n${report}`);
  if (asked.docs) {
    const page = new URL('../docs/soak.md', import.meta.url);
    writeFileSync(page, withReport(readFileSync(page, 'utf8'), report));
  }
  return problemsOf(outcome).length === 0;
}

const isGood = await soak(soakArguments(process.argv.slice(2)));
process.exit(isGood ? 0 : 1);

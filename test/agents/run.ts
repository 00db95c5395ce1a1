/**
 * The packed package under agents that patch `node:http` and undici: `npm run test:agents`, or `npm run test:agents -- sentry`
 * for some. A program is run without and with each, over every handler. Nothing breaks, what the server received is the same
 * but for the agent's own headers, those say a span of the agent, and that span names the host that was asked. Prints a
 * table. Needs a build, and the registry for the agents.
 */
import { spawn } from 'node:child_process';
import { copyFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ownProject, packInto, root } from '../../scripts/own-project.ts';
import { type Agent, agents } from './agents.ts';
import { type Intake, startIntake } from './intake.ts';
import { type Seen, type Site, startSite } from './site.ts';

const home = ownProject('agents', {
  ...Object.assign({}, ...Object.values(agents).map(({ packages }) => packages)),
  '@msgpack/msgpack': '3.1.3',
  socks: '2.8.10',
  'tough-cookie': '6.1.0',
  undici: '7.30.2',
  ws: '8.23.0',
});
packInto(home);
copyFileSync(join(root, 'test/agents/client.mjs'), join(home, 'client.mjs'));
const { decode } = createRequire(join(home, 'package.json'))('@msgpack/msgpack') as {
  decode(bytes: Uint8Array, options: object): unknown;
};

interface Line {
  readonly name: string;
  readonly call: string;
  readonly outcome: readonly unknown[];
}

interface Run {
  readonly lines: readonly Line[];
  readonly seen: readonly Seen[];
  readonly output: string;
}

async function run(site: Site, args: readonly string[], env: Readonly<Record<string, string>>): Promise<Run> {
  site.taken();
  const child = spawn(process.execPath, [...args, 'client.mjs', ...site.origins], {
    cwd: home,
    env: { ...process.env, NODE_OPTIONS: '', ...env },
    timeout: 180_000,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
  await new Promise((resolve) => child.on('close', resolve));
  const lines = output
    .split('\n')
    .filter((line) => line.startsWith('{"name"'))
    .map((line) => JSON.parse(line) as Line);
  return { lines, seen: site.taken(), output };
}

/** What came for one call, without the headers of the agent. */
function onTheWire(seen: readonly Seen[], name: string, own: readonly string[] = []): string {
  const requests = seen.filter((one) => one.case === name);
  return JSON.stringify(
    requests.map(({ request, headers, body }) => [
      request,
      headers.filter(([header]) => !own.includes(header.toLowerCase())),
      body,
    ]),
  );
}

/** Why the spans of a call are not as they should be. */
function traceProblem(seen: readonly Seen[], name: string, agent: Agent, { spans }: Intake): string | undefined {
  for (const { request, headers } of seen.filter((one) => one.case === name)) {
    const byName = Object.fromEntries(headers.map(([header, value]) => [header.toLowerCase(), value]));
    const id = agent.parentOf(byName);
    if (id === undefined) return `${request} has no header of the agent`;
    const host = byName['host'] ?? byName[':authority'];
    const span = spans.get(id);
    if (span === undefined && agent.unended?.[name] !== undefined) continue;
    if (span === undefined) return `${request} says span ${id}, which the agent never sent`;
    if (span.host !== host) return `${request}: the span names "${span.host}", and "${host}" was asked`;
  }
  return undefined;
}

const wanted = process.argv.slice(2);
const site = await startSite();
const plain = await run(site, [], {});
const problems: string[] = [];
let passes = 0;
console.log('agent          handler    passed  skipped  failed   traced');
for (const [title, agent] of Object.entries(agents)) {
  if (wanted.length > 0 && !wanted.includes(title)) continue;
  const intake = await startIntake((body) => decode(body, { useBigInt64: true }));
  writeFileSync(join(home, `${title}.mjs`), agent.preload);
  const before = agent.require === undefined ? [] : ['-r', agent.require];
  const traced = await run(site, [...before, '--import', `./${title}.mjs`], agent.env(intake.origin));
  for (const name of new Set(plain.lines.map((line) => line.name))) {
    const row = { passed: 0, skipped: 0, failed: 0 };
    for (const { call, outcome } of plain.lines.filter((line) => line.name === name)) {
      const key = `${name} ${call}`;
      if (outcome[1] === 'ERR_UNSUPPORTED') {
        row.skipped++;
        continue;
      }
      const got = traced.lines.find((line) => line.name === name && line.call === call);
      const [expected, wire] = [onTheWire(plain.seen, key), onTheWire(traced.seen, key, agent.headers)];
      const problem =
        JSON.stringify(got?.outcome) !== JSON.stringify(outcome)
          ? `the caller saw ${JSON.stringify(got?.outcome)}, and without the agent ${JSON.stringify(outcome)}`
          : wire !== expected
            ? `the server got\n      ${wire}\n      and without the agent\n      ${expected}`
            : name in agent.blind
              ? undefined
              : traceProblem(traced.seen, key, agent, intake);
      row[problem === undefined ? 'passed' : 'failed']++;
      if (problem !== undefined) problems.push(`${title}, ${key}: ${problem}`);
    }
    passes += row.passed;
    const counts = [row.passed, row.skipped, row.failed].map((one) => String(one).padStart(7)).join(' ');
    console.log(`${title.padEnd(14)} ${name.padEnd(9)} ${counts}   ${agent.blind[name] ?? 'yes'}`);
  }
  for (const [key, reason] of Object.entries(agent.unended ?? {})) console.log(`${title}, ${key}: no span, ${reason}`);
  if (traced.lines.length !== plain.lines.length) problems.push(`${title} ended early: ${traced.output.slice(-3000)}`);
  intake.close();
}
site.close();
for (const problem of problems) console.log(problem);
process.exit(passes > 0 && plain.lines.length > 0 && problems.length === 0 ? 0 : 1);

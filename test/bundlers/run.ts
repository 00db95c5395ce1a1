/**
 * The packed package in what bundlers make of it: `npm run test:bundlers`, or `npm run test:bundlers -- esbuild webpack` for
 * some. For a page: nothing of Node, undici, ws or tough-cookie is in it, and the bundler warns of nothing. For a server:
 * what comes out sends requests. Needs a build, and the registry for the bundlers themselves.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ownProject, packInto } from '../../scripts/own-project.ts';
import { pages, type Recipe, servers } from './bundlers.ts';

const PACKAGES = {
  '@edge-runtime/vm': '5.0.0',
  '@opentelemetry/api': '1.9.1',
  '@rollup/plugin-commonjs': '29.0.3',
  '@rollup/plugin-json': '6.1.0',
  '@rollup/plugin-node-resolve': '16.0.3',
  '@vercel/ncc': '0.45.0',
  esbuild: '0.27.7',
  postject: '1.0.0-alpha.6',
  rollup: '4.67.4',
  socks: '2.8.10',
  'tough-cookie': '6.1.0',
  undici: '7.30.2',
  vite: '8.4.0',
  webpack: '5.113.0',
  'webpack-cli': '7.3.1',
  ws: '8.23.0',
};

/** What a page must not have: a module of Node, and packages that only Node's parts use. */
const FOREIGN =
  /node_modules\/(?:undici|ws|tough-cookie|tldts|socks)\/|(?:from|import|require)\s*\(?["'](?:node:|undici|ws["']|tough-cookie|socks)|getSetCookieStrings|EnvHttpProxyAgent|PerMessageDeflate/;

interface Row {
  readonly name: string;
  readonly problem: string | undefined;
}

const home = ownProject('bundlers', PACKAGES);
packInto(home);

function run(command: readonly string[], cwd = home): { ok: boolean; output: string } {
  const [file = '', ...args] = command;
  const ended = spawnSync(file, args, {
    cwd,
    encoding: 'utf8',
    timeout: 400_000,
    env: { ...process.env, NO_COLOR: '1' },
  });
  return { ok: ended.status === 0, output: `${ended.stdout}${ended.stderr}${ended.error ?? ''}` };
}

function written(name: string, recipe: Recipe): string {
  const folder = join(home, 'apps', name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [file, text] of Object.entries(recipe.files)) writeFileSync(join(folder, file), text);
  return folder;
}

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.[cm]?js$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}

function page(name: string, recipe: Recipe): Row {
  const folder = written(name, recipe);
  for (const command of recipe.build) {
    const { ok, output } = run(command, folder);
    if (!ok || /\bwarn(?:ing)?\b/i.test(output)) return { name, problem: output };
  }
  const files = filesOf(join(folder, 'out'));
  if (files.length === 0) return { name, problem: 'it wrote no file' };
  for (const file of files) {
    const found = FOREIGN.exec(readFileSync(file, 'utf8'));
    if (found !== null) return { name, problem: `${file} has ${found[0]}` };
  }
  return { name, problem: undefined };
}

function server(name: string, recipe: Recipe): Row {
  const folder = written(name, recipe);
  for (const command of recipe.build) {
    const { ok, output } = run(command, folder);
    if (!ok) return { name, problem: output };
  }
  const { ok, output } = run(recipe.start ?? [process.execPath, 'out/app.js'], folder);
  return { name, problem: ok && output.includes('all is well') ? undefined : output };
}

const wanted = process.argv.slice(2);
const rows: Row[] = [];
for (const [kind, recipes, check] of [
  ['page', pages, page],
  ['server', servers, server],
] as const) {
  for (const [name, recipe] of Object.entries(recipes)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const row = check(`${kind}-${name}`, recipe);
    rows.push(row);
    console.log(`${row.name.padEnd(22)} ${row.problem === undefined ? 'passed' : 'FAILED'}`);
    if (row.problem !== undefined) console.log(row.problem.slice(0, 4000));
  }
}
process.exitCode = rows.length > 0 && rows.every(({ problem }) => problem === undefined) ? 0 : 1;

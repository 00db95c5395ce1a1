/**
 * What a page loads before its first request, beside other clients: `npm run sizes` bundles each with the same esbuild
 * command for a browser and prints minified and gzipped bytes. It ends with 1 when a figure of ours is over its limit.
 * `npm run sizes -- --docs` writes the table of docs/runtimes.md; without it a table that says otherwise is a failure.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { linkInto, ownProject } from './own-project.ts';

interface Figure {
  readonly name: string;
  readonly code: string;
  /**
   * Gzipped kilobytes, half a kilobyte above what was measured when it was set. Where they are to go: 22 for the client, as
   * axios has it, and 12 for a stack from nothing.
   */
  readonly limit?: number;
}

const figures: readonly Figure[] = [
  { name: 'sluice, import { get }', code: "import { get } from 'sluice'; get('/x').json();", limit: 49.2 },
  {
    name: 'sluice, the whole Client',
    code: "import { Client } from 'sluice'; new Client().get('/x').json();",
    limit: 49.2,
  },
  {
    name: 'sluice, a stack from nothing',
    code: `import { fetchHandler, HttpRequest, wrapStreaming } from 'sluice';
      wrapStreaming(fetchHandler(), fetchHandler())(new HttpRequest('GET', '/x'), {});`,
    limit: 31.5,
  },
  { name: 'axios', code: "import axios from 'axios'; axios.get('/x');" },
  { name: 'ky', code: "import ky from 'ky'; ky.get('/x').json();" },
  { name: 'ofetch', code: "import { ofetch } from 'ofetch'; ofetch('/x');" },
  { name: 'wretch', code: "import wretch from 'wretch'; wretch('/x').get().json();" },
];

const PEERS = { axios: '1.21.1', ky: '1.14.3', ofetch: '1.5.1', wretch: '3.0.9' };
const home = ownProject('sizes', PEERS);
linkInto(home);

/** What is loaded at once, and what may follow. */
async function measured(code: string): Promise<{ min: number; gzip: number; later: number }> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: code, resolveDir: home },
    bundle: true,
    format: 'esm',
    minify: true,
    platform: 'browser',
    splitting: true,
    metafile: true,
    write: false,
    outdir: home,
    logLevel: 'error',
  });
  const bytes = new Map(outputFiles.map(({ path, contents }) => [path, contents]));
  const outputs = metafile.outputs;
  const keyOf = (key: string) => join(process.cwd(), key);
  const first = Object.keys(outputs).find((key) => outputs[key]!.entryPoint === '<stdin>') ?? '';
  const atOnce = new Set<string>();
  const follow = (key: string): void => {
    if (atOnce.has(key)) return;
    atOnce.add(key);
    for (const { path, kind } of outputs[key]!.imports)
      if (kind === 'import-statement' && path in outputs) follow(path);
  };
  follow(first);
  const sum = (keys: readonly string[], size: (text: Uint8Array) => number) =>
    keys.reduce((total, key) => total + size(bytes.get(keyOf(key))!), 0) / 1000;
  const gzipped = (text: Uint8Array) => gzipSync(text, { level: 9 }).byteLength;
  const loaded = [...atOnce];
  return {
    min: sum(loaded, (text) => text.byteLength),
    gzip: sum(loaded, gzipped),
    later: sum(
      Object.keys(outputs).filter((key) => !atOnce.has(key)),
      gzipped,
    ),
  };
}

console.log(`${'gzipped and minified kB of a page'.padEnd(34)}   gzip    min  later`);
const rows: string[] = [];
for (const { name, code, limit } of figures) {
  const { min, gzip, later } = await measured(code);
  const isOver = limit !== undefined && !(gzip <= limit);
  const figure = (value: number) => value.toFixed(1);
  const held = limit === undefined ? '' : `  ${limit} at most${isOver ? '  <-- OVER' : ''}`;
  console.log(`${name.padEnd(34)} ${[gzip, min, later].map((kB) => figure(kB).padStart(6)).join(' ')}${held}`);
  const version = name in PEERS ? ` ${PEERS[name as keyof typeof PEERS]}` : '';
  rows.push(`| ${name}${version} | ${figure(gzip)} | ${figure(later)} | ${figure(min)} |`);
  if (isOver) process.exitCode = 1;
}
const page = fileURLToPath(new URL('../docs/runtimes.md', import.meta.url));
const [BEGIN, END] = ['<!-- sizes: written by npm run sizes -- --docs -->\n', '<!-- end of sizes -->'];
const text = readFileSync(page, 'utf8');
const [before, table, after] = parts(text);
if (process.argv.includes('--docs')) {
  const head = '| kB | at once, gzipped | later, gzipped | at once, minified |\n|---|---:|---:|---:|';
  writeFileSync(page, `${before}${head}\n${rows.join('\n')}\n${after}`);
} else if (!rows.every((row) => table.some((written) => isAlike(row, written)))) {
  console.log('docs/runtimes.md says otherwise, by more than a kilobyte: npm run sizes -- --docs writes it');
  process.exitCode = 1;
}

function parts(whole: string): [string, string[], string] {
  const [begin, end] = [whole.indexOf(BEGIN) + BEGIN.length, whole.indexOf(END)];
  if (begin < BEGIN.length || end < begin) throw new Error(`docs/runtimes.md must have ${BEGIN}and ${END}`);
  return [whole.slice(0, begin), whole.slice(begin, end).split('\n'), whole.slice(end)];
}

/** Two rows of one name whose figures are less than a kilobyte apart. */
function isAlike(one: string, other: string): boolean {
  const [a, b] = [one.split(' | '), other.split(' | ')];
  return a[0] === b[0] && a.slice(1).every((cell, i) => Math.abs(parseFloat(cell) - parseFloat(b[i + 1] ?? '')) < 1);
}

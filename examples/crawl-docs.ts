/**
 * Checks the links of real pages: this project's documentation and the READMEs of the packages in node_modules, rendered
 * to HTML and served on loopback. Ends with 1 when a link in our own pages is broken; what is broken in the pages of
 * others is told, and links to other hosts are listed and not followed. At the end stands where the report of it all lies.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { marked } from 'marked';
import { startServer } from 'sluice/testing';
import { Crawl } from '../src/cli/crawl/crawl.ts';
import { Journal } from '../src/cli/crawl/journal.ts';
import { reportText } from '../src/cli/crawl/report.ts';
import { pageParts } from '../src/cli/report/page-parts.ts';
import { readSource } from '../src/cli/report/read-source.ts';
import { reportHtml } from '../src/cli/report/report-html.ts';
import { systemClock } from '../src/time/clock.ts';

const project = fileURLToPath(new URL('../', import.meta.url));
const packages = join(project, 'node_modules');

/** The file that a request path names, if it is in the folder; `undefined` for none. */
function fileAt(folder: string, path: string): string | undefined {
  const file = resolve(folder, `.${decodeURIComponent(path)}`);
  const inside = relative(folder, file);
  const isHidden = inside.split(sep).some((name) => name === '..' || name.startsWith('.') || name === 'node_modules');
  return isHidden || statSync(file, { throwIfNoEntry: false }) === undefined ? undefined : file;
}

/** A folder as a list of links, Markdown as HTML, anything else as it is. */
function serveFiles(folder: string): (req: IncomingMessage, res: ServerResponse) => void {
  return (req, res) => {
    const path = new URL(req.url ?? '/', 'http://localhost').pathname;
    const file = fileAt(folder, path);
    if (file === undefined) {
      res.writeHead(404, { 'Content-Type': 'text/plain' }).end(`there is no ${path}\n`);
    } else if (statSync(file).isDirectory()) {
      html(res, listing(file, path));
    } else if (/\.(md|markdown)$/i.test(file)) {
      html(res, marked.parse(readFileSync(file, 'utf8'), { async: false }));
    } else {
      res.writeHead(200, { 'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream' });
      res.end(readFileSync(file));
    }
  };
}

const TYPES: Readonly<Record<string, string>> = { '.html': 'text/html', '.svg': 'image/svg+xml', '.ts': 'text/plain' };

function html(res: ServerResponse, body: string): void {
  res.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end(`<!doctype html>\n${body}`);
}

/** What can be read in a folder. */
function listing(folder: string, path: string): string {
  const base = path.endsWith('/') ? path : `${path}/`;
  const names = readdirSync(folder).filter((name) => fileAt(folder, `/${encodeURIComponent(name)}`) !== undefined);
  return names.map((name) => `<a href="${base}${encodeURIComponent(name)}">x</a>`).join('\n');
}

/** Names of the packages, `@scope/name` too. */
function packageNames(): string[] {
  const names = readdirSync(packages).filter((name) => !name.startsWith('.'));
  return names.flatMap((name) =>
    name.startsWith('@') ? readdirSync(join(packages, name)).map((inner) => `${name}/${inner}`) : [name],
  );
}

function readmeOf(name: string): string[] {
  const folder = join(packages, name);
  if (!statSync(folder).isDirectory()) return [];
  const file = readdirSync(folder).find((entry) => /^readme\.(md|markdown)$/i.test(entry));
  return file === undefined ? [] : [`/${name}/${file}`];
}

await using own = await startServer({ listener: serveFiles(project) });
await using others = await startServer({ listener: serveFiles(packages) });

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...readdirSync(join(project, 'docs')).map((name) => `docs/${name}`),
];
const readmes = packageNames().flatMap(readmeOf);
const urls = [...pages.map((path) => own.url(path)), ...readmes.map((path) => others.url(path))];
console.log(
  `\nChecking the links of ${pages.length} pages of our own and of the READMEs of ${readmes.length} packages:\n`,
);

const folder = mkdtempSync(join(tmpdir(), 'crawl-docs-'));
const journal = new Journal(join(folder, 'pages.jsonl'));
try {
  const started = systemClock.now();
  const crawl = new Crawl({ urls, journal, concurrency: 25 });
  const { summary, broken } = await crawl.run();
  console.log(reportText(summary, broken, { elapsed: systemClock.now() - started, fetched: summary.pages }));
  const ours = broken.filter(({ url }) => url.startsWith(own.url('/')));
  const invalid = summary.invalid.first.filter(({ page }) => page.startsWith(own.url('/')));
  console.log(
    ours.length + invalid.length === 0
      ? `No link in our own pages is broken; ${broken.length} in the pages of others are.`
      : `${ours.length + invalid.length} links in our own pages are broken.`,
  );
  const page = join(project, 'reports', 'docs.html');
  mkdirSync(join(project, 'reports'), { recursive: true });
  writeFileSync(page, reportHtml('pages.jsonl', await readSource(journal.path), await pageParts()));
  console.log(`\nThe report of this crawl, to be opened in a browser: ${relative(process.cwd(), page)}`);
  process.exitCode = ours.length + invalid.length === 0 ? 0 : 1;
} finally {
  journal.close();
  rmSync(folder, { recursive: true });
}

/**
 * Crawls a site into SQLite: a row for each page, written once, and a crawl that goes on where it was stopped. Node 22.13
 * or newer, for `node:sqlite`; better-sqlite3 has the same methods.
 *
 *     node crawl-to-database.mjs https://www.example.com/ pages.db
 */
import { DatabaseSync } from 'node:sqlite';
import { Client } from 'sluice';
import { crawl, fileFrontier, linksOf } from 'sluice/crawl';

const [start, file] = process.argv.slice(2);
const database = new DatabaseSync(file);
database.exec(`
  CREATE TABLE IF NOT EXISTS pages (url TEXT PRIMARY KEY, status INTEGER, title TEXT, bytes INTEGER, fetched TEXT);
  CREATE TABLE IF NOT EXISTS links (source TEXT, target TEXT, PRIMARY KEY (source, target)) WITHOUT ROWID;
`);
// A page that is fetched again after a crash takes the place of itself.
const putPage = database.prepare('INSERT OR REPLACE INTO pages VALUES (?, ?, ?, ?, ?)');
const putLink = database.prepare('INSERT OR IGNORE INTO links VALUES (?, ?)');

async function visit(response, { url }) {
  const bytes = await response.bytes();
  const title = /<title>([^<]*)/i.exec(new TextDecoder().decode(bytes))?.[1] ?? null;
  const links = await linksOf(response);
  const { origin } = new URL(response.url);
  // Keeps the crawl on the site: without this line it follows links to any other.
  const found = links.filter((link) => new URL(link.url).origin === origin);
  // All of one page or nothing. The frontier settles the page after this: a kill in between fetches it again.
  database.exec('BEGIN');
  putPage.run(url, response.status, title, bytes.byteLength, new Date().toISOString());
  for (const link of links) putLink.run(url, link.url);
  database.exec('COMMIT');
  return { found };
}

const client = new Client({ timeout: '30s', maxResponseSize: 10_000_000 });
const frontier = fileFrontier(`${file}.frontier`);
await frontier.add([{ url: start }]);
const running = crawl(client, frontier, {
  concurrency: 10,
  perHost: { concurrency: 1, interval: '50ms' },
  depth: 5,
  visit,
});
// Ctrl-C ends after what was sent; the same command goes on.
process.once('SIGINT', () => running.stop());
const { failed } = await running;
await frontier[Symbol.asyncDispose]();
await client.close();
const { count } = database.prepare('SELECT count(*) AS count FROM pages').get();
database.close();
console.log(`${count} pages, ${failed} failed`);

// The built package as its users load it: by name, as an ES module and as CommonJS, over a real socket.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as esm from 'sluice';
import * as cacheModule from 'sluice/cache';
import * as crawlModule from 'sluice/crawl';
import * as resilience from 'sluice/resilience';
import { mockHandler, startServer } from 'sluice/testing';

const require = createRequire(import.meta.url);
const cjs = require('sluice');
const cjsTesting = require('sluice/testing');

assert.deepEqual(Object.keys(cjs).sort(), Object.keys(esm).sort(), 'both formats export the same names');
assert.equal(typeof cjsTesting.mockHandler, 'function');
for (const part of ['har', 'otel', 'testing', 'testing/matchers']) {
  const names = Object.keys(await import(`sluice/${part}`)).sort();
  assert.deepEqual(Object.keys(require(`sluice/${part}`)).sort(), names, part);
}
assert.deepEqual(Object.keys(require('sluice/cache')).sort(), Object.keys(cacheModule).sort());
assert.deepEqual(Object.keys(require('sluice/crawl')).sort(), Object.keys(crawlModule).sort());
assert.deepEqual(Object.keys(require('sluice/resilience')).sort(), Object.keys(resilience).sort());

const server = await startServer();
for (const [format, { Client, HandlerStack, HttpResponse, isClientError }] of Object.entries({ esm, cjs })) {
  const client = new Client({ baseUri: `${server.origin}/`, cookies: true });
  const seen = await client.post('anything', { json: { format } }).json();
  assert.equal(seen.body, JSON.stringify({ format }));
  assert.equal((await client.get('gzip')).headers.get('content-encoding'), null);
  assert.equal((await client.get('bytes/100', { stream: true }).bytes()).byteLength, 100);
  assert.equal((await client.get('redirect/2')).redirects.length, 2);
  const [, error] = await client.attempt('GET', 'status/404');
  assert.ok(isClientError(error));
  assert.ok(esm.isClientError(error), 'guards know the errors of the other copy');
  for (const [name, value] of Object.entries(format === 'esm' ? esm : cjs)) {
    if (/^class\b/.test(String(value))) assert.equal(value.name, name, 'classes keep their names');
  }
  assert.throws(() => HttpResponse(), /Class constructor HttpResponse /);
  assert.equal(await (await client.fetch(`${server.origin}/json`)).text(), await client.get('json').text());
  await client.close();
  const mocked = new Client({ handler: HandlerStack.create(async () => new HttpResponse(200, {}, format)) });
  assert.equal(await mocked.get('http://h.test/').text(), format);
}
const mocked = new esm.Client({ handler: esm.HandlerStack.create(mockHandler([new esm.HttpResponse(204)])) });
assert.equal((await mocked.get('http://h.test/')).status, 204);
const cached = new esm.Client({
  cache: cacheModule.memoryCache(),
  handler: esm.HandlerStack.create(mockHandler([new esm.HttpResponse(200, { 'Cache-Control': 'max-age=60' }, 'once')])),
});
await cached.get('http://h.test/');
assert.equal((await cached.get('http://h.test/')).cache.status, 'hit');
const { bin, dependencies, version } = require('sluice/package.json');
const cli = fileURLToPath(new URL(bin.sluice, import.meta.resolve('sluice/package.json')));
assert.equal(execFileSync(process.execPath, [cli, 'version'], { encoding: 'utf8' }), `${version}\n`);
const harFile = fileURLToPath(new URL('../har/sample.har', import.meta.url));
const reported = execFileSync(process.execPath, [cli, 'report', harFile, '-o', '-'], { encoding: 'utf8' });
assert.match(
  reported,
  /^<!doctype html>[\s\S]*Content-Security-Policy[\s\S]*h\.test/,
  'the built tool has the page in it',
);
const imported = [...readFileSync(cli, 'utf8').matchAll(/^(?:import|\} from) .*?['"]([^.'"][^'"]*)['"];$/gm)];
const foreign = imported.map(([, name]) => name).filter((name) => !isBuiltin(name) && !(name in dependencies));
assert.deepEqual(foreign, [], 'the command line tool needs nothing that users do not install');

/** The modules that an import of this file takes along, itself among them. */
function linked(url, found = new Set()) {
  if (found.has(url)) return found;
  found.add(url);
  if (!url.startsWith('file:')) return found;
  for (const [, name] of readFileSync(new URL(url), 'utf8').matchAll(/^(?:import|export|\}) .*?['"]([^'"]+)['"];$/gm)) {
    linked(name.startsWith('.') ? new URL(name, url).href : name, found);
  }
  return found;
}
const links = [...linked(import.meta.resolve('sluice'))];
assert.equal(links.length, 2, `importing the package loads its entry and one file: ${links.join(' ')}`);

const notices = readFileSync(
  new URL('dist/THIRD-PARTY-NOTICES.txt', import.meta.resolve('sluice/package.json')),
  'utf8',
);
for (const name of ['htmlparser2', 'ipaddr.js', 'p-limit', 'tinyqueue']) {
  assert.match(notices, new RegExp(`^${name} [\\d.]+ \\(`, 'm'), `the licence of ${name}, which is bundled, is told`);
}

const askSync = fileURLToPath(new URL('ask-sync.mjs', import.meta.url));
for (const format of ['esm', 'cjs']) {
  const { stdout } = await promisify(execFile)(process.execPath, [askSync, format, server.origin], { timeout: 60_000 });
  assert.deepEqual(
    JSON.parse(stdout),
    [5_000_000, 0, 'ClientError ERR_CLIENT_ERROR', 'TimeoutError ERR_TIMEOUT_TOTAL', 'TypeError undefined'],
    `requestSync works as ${format}, and its thread holds no process`,
  );
}

await server.close();
console.log(`the built package works: ${Object.keys(esm).length} names in both formats`);

/**
 * HTTP/2 against the nginx of Debian: many requests over one connection, connections that nginx ends with a GOAWAY, and
 * large bodies both ways. Skipped by name where nginx cannot be installed; anything that does not pass fails the run.
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from '../../src/index.ts';
import { freePort, isInstalled, newFolder, run } from '../proxies/debian.ts';
import { certificates } from '../support/certificates.ts';

const REQUESTS = 10_000;
const LARGE = 20_000_000;
/** Requests that are under way at once: fewer than the 128 streams that nginx allows. */
const CONCURRENCY = 100;

interface Nginx {
  readonly origin: string;
  /** The `connection number`, method and path of each request that was answered. */
  log(): readonly (readonly string[])[];
  stop(): Promise<void>;
}

/** @param perConnection after how many requests nginx ends a connection */
async function start(perConnection: number): Promise<Nginx> {
  const { server } = await certificates();
  const [port, folder] = [await freePort(), newFolder()];
  const file = (name: string, text: string | Uint8Array): string => {
    writeFileSync(join(folder, name), text, { mode: 0o644 });
    return join(folder, name);
  };
  file('large', new Uint8Array(LARGE).fill(97));
  const log = join(folder, 'access');
  const lines = [
    `daemon off; master_process off; pid ${folder}/pid; error_log stderr crit;`,
    'events { worker_connections 512; }',
    'http {',
    `  log_format sluice "$connection $request_method $uri"; access_log ${log} sluice;`,
    ...['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `  ${name}_temp_path ${folder}/${name};`),
    '  server {',
    `    listen 127.0.0.1:${port} ssl http2; server_name localhost; root ${folder};`,
    `    ssl_certificate ${file('cert.pem', server.cert)}; ssl_certificate_key ${file('key.pem', server.key)};`,
    `    keepalive_requests ${perConnection}; client_max_body_size 100m;`,
    '    location = /large { }',
    '    location / { return 200 "$request_method $uri"; }',
    '  }',
    '}',
  ];
  const stop = await run('nginx', (conf) => ['-c', conf, '-p', folder], lines, folder, [port]);
  const read = () => readFileSync(log, 'latin1').trim().split('\n');
  return { origin: `https://localhost:${port}`, log: () => read().map((line) => line.split(' ')), stop };
}

type Check = (client: Client, nginx: Nginx) => Promise<string>;

/** @param method of the request with this number */
function many(method: (i: number) => string): (client: Client, nginx: Nginx) => Promise<Map<string, string[]>> {
  return async (client, nginx) => {
    let next = 0;
    const worker = async (): Promise<void> => {
      for (let i = next++; i < REQUESTS; i = next++) {
        const [verb, path] = [method(i), `/${i}`];
        const response = await client.request(verb, path, verb === 'POST' ? { body: 'again' } : {});
        const text = await response.text();
        if (response.protocolVersion !== '2' || text !== `${verb} ${path}`) throw new Error(`${path}: ${text}`);
      }
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, worker));
    // nginx writes its log when the answer has left, which may be a moment after it came.
    const byConnection = new Map<string, string[]>();
    for (const [connection = '', , uri = ''] of nginx.log()) {
      byConnection.set(connection, [...(byConnection.get(connection) ?? []), uri]);
    }
    const uris = [...byConnection.values()].flat();
    if (new Set(uris).size !== REQUESTS) throw new Error(`nginx answered ${new Set(uris).size} of ${REQUESTS}`);
    if (uris.length !== REQUESTS) throw new Error(`nginx answered ${uris.length - REQUESTS} requests twice`);
    return byConnection;
  };
}

const checks: readonly (readonly [name: string, perConnection: number, check: Check])[] = [
  [
    `${REQUESTS} requests over one connection`,
    1_000_000,
    async (client, nginx) => {
      const { size } = await many(() => 'GET')(client, nginx);
      if (size !== 1) throw new Error(`there were ${size} connections`);
      return 'one connection';
    },
  ],
  [
    `${REQUESTS} requests, a GOAWAY every 100`,
    100,
    async (client, nginx) => {
      const { size } = await many((i) => (i % 2 ? 'GET' : 'POST'))(client, nginx);
      if (size < REQUESTS / 200) throw new Error(`there were ${size} connections only`);
      return `${size} connections, none lost, none repeated`;
    },
  ],
  [
    `${LARGE} bytes down, buffered and streamed`,
    1000,
    async (client) => {
      const sums = [await client.get('/large').bytes(), await (await client.get('/large', { stream: true })).bytes()];
      const digests = sums.map((bytes) => createHash('sha256').update(bytes).digest('hex'));
      if (sums[0]?.length !== LARGE || digests[0] !== digests[1]) throw new Error('the bodies differ');
      return 'alike';
    },
  ],
  [
    `${LARGE} bytes up, answered before they are read`,
    1000,
    async (client) => client.post('/up', { body: new Uint8Array(LARGE) }).text(),
  ],
];

const installed = isInstalled({ binary: 'nginx', packageName: 'nginx-light' });
if (installed !== true) console.log(`nginx skipped: ${installed}`);
else {
  const { ca } = await certificates();
  for (const [name, perConnection, check] of checks) {
    const nginx = await start(perConnection);
    const client = new Client({ baseUri: nginx.origin, version: 'auto', ca: ca.cert, proxy: false });
    try {
      console.log(`ok      ${name}: ${await check(client, nginx)}`);
    } catch (error) {
      process.exitCode = 1;
      console.log(`FAILED  ${name}: ${(error as Error).message}`);
    } finally {
      await client.close();
      await nginx.stop();
    }
  }
}

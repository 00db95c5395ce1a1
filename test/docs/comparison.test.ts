/**
 * docs/comparison.md: what clients do when nothing is set, each asked here, with its own package, over servers on loopback.
 * `UPDATE=1` writes the table that was found.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import axios from 'axios';
import got from 'got';
import ky from 'ky';
import { ofetch } from 'ofetch';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ownProject } from '../../scripts/own-project.ts';
import { Client } from '../../src/index.ts';
import { startServer, type TestServer } from '../../src/testing/index.ts';
import { root } from '../architecture/imports.ts';

interface Answer {
  readonly status: number;
  readonly text: string;
}
type Get = (url: string, headers?: Record<string, string>) => Promise<Answer>;
type Fetch = (
  url: string,
  init: { headers: Record<string, string> },
) => Promise<{ status: number; text(): Promise<string> }>;

/** Those that are no development dependencies of the project. */
const OWN = { 'node-fetch': '3.3.2', superagent: '10.4.2' };
const page = join(root, 'docs/comparison.md');
const peers = new Map<string, Get>();
let server: TestServer;
let other: TestServer;

const overFetch =
  (fetch: Fetch): Get =>
  async (url, headers = {}) => {
    const response = await fetch(url, { headers });
    return { status: response.status, text: await response.text() };
  };

function installed(name: string): string {
  return (JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8')) as { version: string })
    .version;
}

interface Superagent {
  /** `text` of a body that its type says is text, `body` of bytes. */
  get(url: string): {
    set(headers: object): { buffer(yes: boolean): Promise<{ status: number; text?: string; body: Buffer }> };
  };
}

beforeAll(async () => {
  server = await startServer();
  other = await startServer();
  const require = createRequire(join(ownProject('peers', OWN), 'index.js'));
  const load = (name: string) => import(/* @vite-ignore */ pathToFileURL(require.resolve(name)).href);
  const superagent = require('superagent') as Superagent;
  const { default: nodeFetch } = (await load('node-fetch')) as { default: Fetch };
  const { request } = await import('undici');
  const client = new Client();
  peers.set('sluice', async (url, headers = {}) => {
    const response = await client.get(url, { headers });
    return { status: response.status, text: await response.text() };
  });
  peers.set(`got ${installed('got')}`, async (url, headers = {}) => {
    const { statusCode, body } = await got(url, { headers });
    return { status: statusCode, text: body };
  });
  peers.set(
    `ky ${installed('ky')}`,
    overFetch((url, init) => ky(url, init)),
  );
  peers.set(`axios ${installed('axios')}`, async (url, headers = {}) => {
    const { status, data } = await axios.get<string>(url, { headers, responseType: 'text' });
    return { status, text: data };
  });
  peers.set(`ofetch ${installed('ofetch')}`, async (url, headers = {}) => {
    const response = await ofetch.raw(url, { headers, responseType: 'text' });
    return { status: response.status, text: response._data ?? '' };
  });
  peers.set(`superagent ${OWN.superagent}`, async (url, headers = {}) => {
    const { status, text, body } = await superagent.get(url).set(headers).buffer(true);
    return { status, text: text ?? body.toString('latin1') };
  });
  peers.set(`node-fetch ${OWN['node-fetch']}`, overFetch(nodeFetch));
  peers.set('fetch of Node', overFetch(fetch));
  peers.set(`undici.request ${installed('undici')}`, async (url, headers = {}) => {
    const { statusCode, body } = await request(url, { headers });
    return { status: statusCode, text: await body.text() };
  });
}, 300_000);

afterAll(async () => {
  await server.close();
  await other.close();
});

const settles = (call: Promise<unknown>) =>
  call.then(
    () => 'answer',
    () => 'error',
  );
const yes = (is: boolean) => (is ? 'yes' : 'no');

/** The most redirects in a row that end in the answer behind them. */
async function redirects(get: Get): Promise<string> {
  let most = 0;
  for (const count of [1, 5, 6, 10, 11, 20, 21, 22]) {
    const answer = await get(server.url(`/redirect/${count}`)).catch(() => undefined);
    if (answer?.status !== 200) break;
    most = count;
  }
  return most === 0 ? 'none' : most === 22 ? 'more than 21' : String(most);
}

/** Whether a header reaches the other origin that a redirect leads to. */
async function crosses(get: Get, header: string): Promise<boolean | undefined> {
  other.clear();
  const target = encodeURIComponent(other.url('/anything'));
  await get(server.url(`/redirect-to?url=${target}`), { [header]: 's3cret' }).catch(() => undefined);
  return other.requests.length === 0 ? undefined : header in other.requests[0]!.headers;
}

async function attempts(get: Get): Promise<string> {
  server.clear();
  await get(server.url('/status/503')).catch(() => undefined);
  const again = server.requests.length - 1;
  return again === 0 ? 'no' : again === 1 ? 'once' : `${again} times`;
}

/** What its errors show when they are printed, as a log would. */
async function leaks(get: Get): Promise<boolean> {
  const urls = [server.url('/status/404'), 'http://127.0.0.1:1/'];
  const shown = urls.map((url) =>
    get(url, { authorization: 'Bearer s3cret' }).then(
      () => '',
      (error: unknown) => inspect(error, { depth: 6 }),
    ),
  );
  return (await Promise.all(shown)).join().includes('s3cret');
}

async function ownFrames(get: Get): Promise<boolean> {
  async function functionOfTheCaller() {
    return await get('http://127.0.0.1:1/');
  }
  return functionOfTheCaller().then(
    () => false,
    (error: Error) => String(error.stack).includes('functionOfTheCaller'),
  );
}

async function givesUp(get: Get): Promise<string> {
  const late = new Promise<string>((resolve) => setTimeout(() => resolve('no'), 12_000));
  return Promise.race([late, settles(get(server.url('/stall'))).then(() => 'yes')]);
}

async function throughProxy(get: Get): Promise<boolean> {
  process.env['http_proxy'] = other.origin;
  other.clear();
  try {
    await get('http://nowhere.invalid/anything').catch(() => undefined);
    return other.requests.some(({ url }) => url.startsWith('http://nowhere.invalid/'));
  } finally {
    delete process.env['http_proxy'];
  }
}

/** A body of 101 MiB that was 100 kB on the wire. */
async function stopsBomb(get: Get): Promise<string> {
  const length = await get(server.url('/bomb/gzip/101'), { 'accept-encoding': 'gzip' }).then(
    ({ text }) => text.length,
    () => undefined,
  );
  if (length === undefined) return 'yes';
  return length > 100 * 2 ** 20 ? 'no' : 'decodes none';
}

async function decodes(get: Get): Promise<string> {
  const found: string[] = [];
  for (const coding of ['gzip', 'deflate', 'br']) {
    const answer = await get(server.url(`/${coding}`), { 'accept-encoding': coding }).catch(() => undefined);
    if (answer?.text.includes(coding)) found.push(coding);
  }
  return found.length === 0 ? 'none' : found.join(', ');
}

/** A server that closes a kept connection just as the next request comes. */
async function survivesStale(get: Get): Promise<boolean> {
  let count = 0;
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    count += 1;
    if (count === 2) request.socket.destroy();
    else response.end('ok');
  };
  await using stale = await startServer({ listener });
  await get(stale.url('/'));
  const outcome = await settles(get(stale.url('/')));
  return outcome === 'answer';
}

const ROWS: Readonly<Record<string, (get: Get) => Promise<string>>> = {
  'a 404 is an error': async (get) => yes((await settles(get(server.url('/status/404')))) === 'error'),
  'redirects that it follows': redirects,
  '`Authorization` stays on its origin when a redirect leaves it': async (get) => {
    const is = await crosses(get, 'authorization');
    return is === undefined ? 'follows none' : yes(!is);
  },
  '`X-Api-Key` stays on its origin, too': async (get) => {
    const is = await crosses(get, 'x-api-key');
    return is === undefined ? 'follows none' : yes(!is);
  },
  'sends a GET again after a 503': attempts,
  'sends a GET again when its kept connection turns out dead': async (get) => yes(await survivesStale(get)),
  'gives up on a server that is silent for 12 s': givesUp,
  decodes: decodes,
  'stops at 100 MiB of a body that was small on the wire': stopsBomb,
  'a body that is cut short is an error': async (get) =>
    yes((await settles(get(server.url('/close-in-body')))) === 'error'),
  'goes through `http_proxy` of the environment': async (get) => yes(await throughProxy(get)),
  'a printed error shows no `Authorization`': async (get) => yes(!(await leaks(get))),
  'the stack of an error has the frames of who called': async (get) => yes(await ownFrames(get)),
};

describe('docs/comparison.md', () => {
  it('has what each client does', { timeout: 300_000 }, async () => {
    const names = [...peers.keys()];
    const lines = [`| | ${names.join(' | ')} |`, `|---|${names.map(() => '---|').join('')}`];
    for (const [row, ask] of Object.entries(ROWS)) {
      const cells: string[] = [];
      if (ask === givesUp) cells.push(...(await Promise.all([...peers.values()].map(ask))));
      else for (const get of peers.values()) cells.push(await ask(get));
      lines.push(`| ${row} | ${cells.join(' | ')} |`);
    }
    const found = `<!-- measured -->\n\n${lines.join('\n')}\n\n<!-- end -->`;
    const text = readFileSync(page, 'utf8');
    const told = /<!-- measured -->[\s\S]*?<!-- end -->/;
    if (process.env['UPDATE'])
      writeFileSync(
        page,
        text.replace(told, () => found),
      );
    else expect(told.exec(text)?.[0]).toBe(found);
    expect(lines.length).toBe(Object.keys(ROWS).length + 2);
  });

  it('has a source for each cell that is not measured', () => {
    const [, cited = ''] = readFileSync(page, 'utf8').split('\n## By their documentation\n');
    const rows = [...cited.matchAll(/^\| (?!---)(?!client)(.+) \|$/gm)].map(([, cells = '']) => cells.split(' | '));
    expect(rows.length).toBeGreaterThan(10);
    expect(rows.filter((cells) => !/\]\((?:https:\/\/[^)]+|\w+\.md#[^)]+)\)/.test(cells.at(-1) ?? ''))).toEqual([]);
  });
});

import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from '../../src/client/client.ts';
import { fetchHandler } from '../../src/handlers/fetch/fetch.ts';
import { nodeHttpHandler } from '../../src/handlers/node/node-http.ts';
import { streamHandler } from '../../src/handlers/node/stream.ts';
import { undiciHandler } from '../../src/handlers/undici/undici.ts';
import { HttpRequest } from '../../src/message/request.ts';
import type { RequestOptions } from '../../src/options/options.ts';
import type { Transport } from '../../src/stack/handler.ts';
import { HandlerStack } from '../../src/stack/handler-stack.ts';
import { startServer, type TestServer } from '../../src/testing/server.ts';
import { certificates } from '../support/certificates.ts';
import { rejection } from '../support/fake-handler.ts';

let folder: string;
let server: TestServer;
const made = await certificates();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'input-'));
  await writeFile(join(folder, 'locked.pem'), made.ca.cert);
  await chmod(join(folder, 'locked.pem'), 0);
  await writeFile(join(folder, 'text.pem'), 'no certificate');
  server = await startServer({ tls: made.server });
});

afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

const handlers: readonly (readonly [string, () => Transport])[] = [
  ['undici', () => undiciHandler()],
  ['node:http', () => nodeHttpHandler()],
  ['stream', () => streamHandler()],
];

interface Row {
  readonly name: string;
  readonly options: () => object;
  /** The option, and what was expected. */
  readonly words: RegExp;
}

/** Root may read whatever its mode says. */
const isRoot = process.getuid?.() === 0;

const rows: readonly Row[] = [
  {
    name: 'a proxy of an unknown scheme',
    options: () => ({ proxy: 'ftp://p:1' }),
    words: /option proxy must be a proxy URL such as .*there is no proxy of the scheme "ftp"/,
  },
  { name: 'a proxy with a port too high', options: () => ({ proxy: 'http://p:99999' }), words: /option proxy must be/ },
  {
    name: 'a proxy with a port of letters',
    options: () => ({ proxy: 'http://p:http' }),
    words: /option proxy must be/,
  },
  {
    name: 'a proxy of a number',
    options: () => ({ proxy: 3128 }),
    words: /option proxy must be a proxy URL/,
  },
  {
    name: 'exceptions that are rubbish',
    options: () => ({ proxy: { http: 'http://p:1', no: 'a.test, 10.0.0.0/99' } }),
    words: /option proxy\.no .*"10\.0\.0\.0\/99"/,
  },
  {
    name: 'a certificate file that is missing',
    options: () => ({ cert: '/nowhere/a.pem' }),
    words: /cert names the file "\/nowhere\/a\.pem", which does not exist/,
  },
  {
    name: 'an authority file that is missing',
    options: () => ({ ca: ['/nowhere/ca.pem'] }),
    words: /ca names the file .* which does not exist/,
  },
  { name: 'a bundle that is missing', options: () => ({ verify: '/nowhere/b.pem' }), words: /verify names the file/ },
  {
    name: 'a PKCS #12 file that is missing',
    options: () => ({ tls: { pfx: '/nowhere/a.p12' } }),
    words: /tls\.pfx names the file/,
  },
  {
    name: 'a directory as a file',
    options: () => ({ ca: folder }),
    words: /ca names the file .* cannot be read \(EISDIR\)/,
  },
  {
    name: isRoot ? 'a file without PEM (root reads what is locked)' : 'a file that may not be read',
    options: () => ({ ca: join(folder, isRoot ? 'text.pem' : 'locked.pem') }),
    words: isRoot ? /ca must be PEM .* the file ".*" holds none/ : /ca names the file .* cannot be read \(EACCES\)/,
  },
  {
    name: 'a key of another certificate',
    options: () => ({ cert: made.client.cert, sslKey: made.clientByOtherCa.key }),
    words: /TLS options \(cert, sslKey, .*cannot be used: .*mismatch/,
  },
  {
    name: 'a wrong passphrase',
    options: () => ({ cert: made.encryptedClient.cert, sslKey: [made.encryptedClient.key, 'wrong'] }),
    words: /TLS options \(cert, sslKey/,
  },
  { name: 'version 4', options: () => ({ version: '4' }), words: /option version must be .*1\.1.*2.*auto.* got "4"/ },
  {
    name: 'an unknown family of addresses',
    options: () => ({ forceIpResolve: 'v7' }),
    words: /option forceIpResolve must be .*v4.*v6.* got "v7"/,
  },
  {
    name: 'a local address that is none',
    options: () => ({ localAddress: 'eth0' }),
    words: /localAddress must be an IP address of this machine, got "eth0"/,
  },
  {
    name: 'a proxy and a socket',
    options: () => ({ proxy: 'http://p:1', socketPath: '/tmp/s' }),
    words: /proxy and socketPath exclude each other/,
  },
];

/** Names that it was an option, or that the request cannot be made: never of the network. */
function expectTold(error: Error & { code?: unknown }, words: RegExp): void {
  expect(['TypeError', 'RequestError']).toContain(error.name);
  expect(error.message).toMatch(words);
  expect(server.totalConnections).toBe(0);
}

describe.each(handlers)('over %s, before anything is sent', (_, make) => {
  it.each(rows)('a client names $name', async ({ options, words }) => {
    const handler = make();
    const client = () => new Client({ handler: HandlerStack.create(handler) });
    const error = await rejection(client().get(server.url('/', 'localhost'), options() as RequestOptions));
    expectTold(error, words);
    await handler.destroy?.();
  });

  it.each(rows.filter(({ name }) => name !== 'version 4'))(
    'the bare handler names $name',
    async ({ options, words }) => {
      const handler = make();
      const request = new HttpRequest('GET', server.url('/', 'localhost'));
      expectTold(await rejection(handler(request, options() as RequestOptions)), words);
      await handler.destroy?.();
    },
  );

  it.each(['3', '4'])('the bare handler refuses version %s', async (version) => {
    const handler = make();
    const request = new HttpRequest('GET', server.url('/', 'localhost'));
    expectTold(await rejection(handler(request, { version } as object)), /option version/);
  });

  // An entry of NO_PROXY that is none matches nothing: see test/connect/rules/proxy-policy.test.ts.
  it('names the variable HTTPS_PROXY', async () => {
    const before = process.env['HTTPS_PROXY'];
    process.env['HTTPS_PROXY'] = 'ftp://p:1';
    const handler = make();
    try {
      const request = new HttpRequest('GET', server.url('/', 'localhost'));
      expectTold(await rejection(handler(request, {})), /HTTPS_PROXY/);
    } finally {
      if (before === undefined) delete process.env['HTTPS_PROXY'];
      else process.env['HTTPS_PROXY'] = before;
      await handler.destroy?.();
    }
  });
});

describe('over fetch, before anything is sent', () => {
  it.each(rows)('a client names $name', async ({ options, words }) => {
    const client = new Client({ handler: HandlerStack.create(fetchHandler()) });
    const error = await rejection(client.get(server.url('/', 'localhost'), options() as RequestOptions));
    // What it cannot do it refuses by name, whatever the value.
    const names = Object.keys(options()).join('|');
    expectTold(error, new RegExp(`${words.source}|fetch: option (?:${names}) is not supported`));
  });
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TlsOptions as ServerTls, TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { HttpRequest } from '../../src/message/request.ts';
import type { Lookup, RequestOptions } from '../../src/options/options.ts';
import type { Transport } from '../../src/stack/handler.ts';
import { ConnectionLedger, listen, shutDown } from '../../src/testing/server-connections.ts';
import { type Certificates, certificates } from '../support/certificates.ts';
import { PKCS12, PKCS12_CERTIFICATE, PKCS12_PASSPHRASE } from '../support/pkcs12.ts';
import { handlers } from '../support/proxy-rows.ts';

const closing: (() => Promise<unknown> | undefined)[] = [];
let made: Certificates;
let folder: string;

beforeAll(async () => {
  made = await certificates();
  folder = await mkdtemp(join(tmpdir(), 'sluice-'));
  await writeFile(join(folder, 'client.pem'), `${made.client.cert}\n${made.client.key}`);
  await writeFile(join(folder, 'client.pfx'), PKCS12);
  await writeFile(join(folder, 'empty.pem'), 'nothing');
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

async function start(options: ServerTls): Promise<{ port: number; server: Server }> {
  const server = createServer({ ...made.server, ...options }, (req, res) => {
    const peer = (req.socket as TLSSocket).getPeerCertificate();
    res.end(`hello ${peer.subject?.CN ?? 'nobody'}`);
  });
  server.on('tlsClientError', () => undefined);
  const ledger = new ConnectionLedger(server);
  const port = await listen(server, {});
  closing.push(() => shutDown(server, ledger));
  return { port, server };
}

const lookup: Lookup = async () => '127.0.0.1';

interface Case {
  readonly name: string;
  readonly server?: () => ServerTls;
  readonly host?: string;
  readonly options?: () => RequestOptions;
  /** What is answered, or the code of the error. */
  readonly outcome: string;
}

const wantsClient = (): ServerTls => ({ ca: made.ca.cert, requestCert: true, rejectUnauthorized: true });

const cases: readonly Case[] = [
  { name: 'the right certificate', outcome: 'hello nobody' },
  { name: 'a certificate for another host', server: () => made.wrongHost, outcome: 'ERR_TLS_HOST' },
  { name: 'an expired certificate', server: () => made.expired, outcome: 'ERR_TLS_EXPIRED' },
  { name: 'a certificate of tomorrow', server: () => made.notYetValid, outcome: 'ERR_TLS_NOT_YET_VALID' },
  { name: 'a self-signed certificate', server: () => made.selfSigned, outcome: 'ERR_TLS_SELF_SIGNED' },
  { name: 'an unknown authority', server: () => made.byOtherCa, outcome: 'ERR_TLS_UNTRUSTED' },
  {
    name: 'an authority that ca names',
    server: () => made.byOtherCa,
    options: () => ({ ca: [made.otherCa.cert] }),
    outcome: 'hello nobody',
  },
  {
    name: 'our certificate',
    server: wantsClient,
    options: () => ({ cert: made.client.cert, sslKey: made.client.key }),
    outcome: 'hello client',
  },
  {
    name: 'our certificate and key in one file',
    server: wantsClient,
    options: () => ({ cert: join(folder, 'client.pem') }),
    outcome: 'hello client',
  },
  {
    name: 'our key, encrypted',
    server: wantsClient,
    options: () => ({
      cert: made.encryptedClient.cert,
      sslKey: [made.encryptedClient.key, made.encryptedClient.passphrase],
    }),
    outcome: 'hello client',
  },
  {
    name: 'our certificate as PKCS #12',
    server: () => ({ ...wantsClient(), ca: PKCS12_CERTIFICATE }),
    options: () => ({ tls: { pfx: [PKCS12, PKCS12_PASSPHRASE] } }),
    outcome: 'hello client',
  },
  {
    name: 'our certificate as a PKCS #12 file',
    server: () => ({ ...wantsClient(), ca: PKCS12_CERTIFICATE }),
    options: () => ({ tls: { pfx: [join(folder, 'client.pfx'), PKCS12_PASSPHRASE] } }),
    outcome: 'hello client',
  },
  { name: 'our certificate missing', server: wantsClient, outcome: 'ERR_TLS_CLIENT_CERTIFICATE' },
  {
    name: 'our certificate missing, TLS 1.2',
    server: () => ({ ...wantsClient(), maxVersion: 'TLSv1.2' }),
    outcome: 'ERR_TLS_CLIENT_CERTIFICATE',
  },
  { name: 'a certificate for an address', server: () => made.ipOnly, host: '127.0.0.1', outcome: 'hello nobody' },
  {
    name: 'an address that the certificate does not have',
    server: () => made.nameOnly,
    host: '127.0.0.1',
    outcome: 'ERR_TLS_HOST',
  },
  { name: 'a wildcard', server: () => made.wildcard, host: 'a.example.test', outcome: 'hello nobody' },
  { name: 'a wildcard, two labels', server: () => made.wildcard, host: 'a.b.example.test', outcome: 'ERR_TLS_HOST' },
  { name: 'a wildcard, its apex', server: () => made.wildcard, outcome: 'ERR_TLS_HOST' },
  {
    name: 'an old version',
    server: () => ({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' }),
    outcome: 'ERR_TLS_PROTOCOL',
  },
  {
    name: 'an old version that is asked for',
    server: () => ({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' }),
    options: () => ({ tls: { minVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' } }),
    outcome: 'hello nobody',
  },
  {
    name: 'no cipher in common',
    server: () => ({ maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' }),
    options: () => ({ tls: { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-CHACHA20-POLY1305' } }),
    outcome: 'ERR_TLS_PROTOCOL',
  },
  { name: 'a cipher that is none', options: () => ({ tls: { ciphers: 'NONE-SUCH' } }), outcome: 'ERR_TLS_OPTIONS' },
  {
    name: 'a wrong passphrase',
    options: () => ({ cert: made.encryptedClient.cert, sslKey: [made.encryptedClient.key, 'wrong'] }),
    outcome: 'ERR_TLS_OPTIONS',
  },
  {
    name: 'a wrong passphrase of PKCS #12',
    options: () => ({ tls: { pfx: [PKCS12, 'wrong'] } }),
    outcome: 'ERR_TLS_OPTIONS',
  },
  {
    name: 'a key of another certificate',
    options: () => ({ cert: made.client.cert, sslKey: made.clientByOtherCa.key }),
    outcome: 'ERR_TLS_OPTIONS',
  },
  { name: 'a file that is missing', options: () => ({ ca: '/nowhere/ca.pem' }), outcome: 'ERR_TLS_OPTIONS' },
  {
    name: 'a file that holds no PEM',
    options: () => ({ cert: join(folder, 'empty.pem') }),
    outcome: 'ERR_TLS_OPTIONS',
  },
];

describe.each(Object.entries(handlers))('TLS over %s', (_, make) => {
  const fresh = (): Transport => {
    const handler = make();
    closing.push(async () => handler.close?.());
    return handler;
  };

  it.each(cases)('$name: $outcome', async ({ server, host = 'example.test', options, outcome }) => {
    const { port } = await start(server?.() ?? {});
    const request = new HttpRequest('GET', `https://${host}:${port}/`);
    const sent = fresh()(request, { ca: made.ca.cert, lookup, proxy: false, ...options?.() });
    if (!outcome.startsWith('ERR_')) expect(await (await sent).text()).toBe(outcome);
    else {
      const name = outcome === 'ERR_TLS_OPTIONS' ? 'RequestError' : 'ConnectError';
      await expect(sent).rejects.toMatchObject({ name, code: outcome, request: { method: 'GET' } });
    }
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)('resumes the session of %s on the next connection', async (version) => {
    const { port, server } = await start({ maxVersion: version });
    const reused: boolean[] = [];
    server.on('secureConnection', (socket) => reused.push(socket.isSessionReused()));
    const options = { ca: made.ca.cert, lookup, proxy: false, keepAlive: false } as const;
    const handler = fresh();
    for (let i = 0; i < 2; i += 1) {
      await (await handler(new HttpRequest('GET', `https://example.test:${port}/`), options)).text();
    }
    expect(reused).toEqual([false, true]);
  });

  it('accepts any certificate when verify is off', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const { port } = await start(made.selfSigned);
    const sent = fresh()(new HttpRequest('GET', `https://elsewhere.test:${port}/`), {
      verify: false,
      lookup,
      proxy: false,
    });
    expect((await sent).status).toBe(200);
    warn.mockRestore();
  });
});

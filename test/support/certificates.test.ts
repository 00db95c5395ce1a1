import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startServer } from '../../src/testing/server.ts';
import { type Certificates, certificates, type Pem } from './certificates.ts';
import { ask, type PlainRequest } from './plain-client.ts';

let all: Certificates;

beforeAll(async () => {
  all = await certificates();
});

/** What a client that trusts `ca` alone makes of a server: its status, or the code of its refusal. */
async function verdict(pem: Pem & { passphrase?: string }, options: PlainRequest = {}, hostname?: string) {
  const server = await startServer({ tls: pem });
  try {
    return (await ask(server.url('/empty', hostname), { ca: all.ca.cert, ...options })).status;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  } finally {
    await server.close();
  }
}

describe('certificates for tests', () => {
  it('are made once in a process', async () => {
    expect(await certificates()).toBe(all);
  });

  it('are accepted for the names and addresses they carry', async () => {
    expect(await verdict(all.server)).toBe(200);
    expect(await verdict(all.server, {}, 'localhost')).toBe(200);
    expect(await verdict(all.nameOnly, {}, 'localhost')).toBe(200);
    expect(await verdict(all.ipOnly)).toBe(200);
    expect(await verdict(all.wildcard, { servername: 'a.example.test' })).toBe(200);
    expect(await verdict(all.encrypted)).toBe(200);
  });

  it.each([
    ['wrongHost', 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['nameOnly', 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['wildcard', 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['expired', 'CERT_HAS_EXPIRED'],
    ['notYetValid', 'CERT_NOT_YET_VALID'],
    ['selfSigned', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ['byOtherCa', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  ] as const)('are refused in one way each: %s', async (name, code) => {
    expect(await verdict(all[name])).toBe(code);
    expect(await verdict(all[name], { rejectUnauthorized: false })).toBe(200);
  });

  it('cover one label with a wildcard and no address with a name', async () => {
    expect(await verdict(all.wildcard, { servername: 'a.b.example.test' })).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
    expect(await verdict(all.wildcard, { servername: 'example.test' })).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
    expect(await verdict(all.ipOnly, {}, 'localhost')).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
    expect(new X509Certificate(all.commonNameOnly.cert).subjectAltName).toBeUndefined();
  });

  it('hold encrypted keys that open with their passphrase only', async () => {
    expect(all.encrypted.key).toContain('ENCRYPTED PRIVATE KEY');
    await expect(startServer({ tls: { ...all.encrypted, passphrase: 'wrong' } })).rejects.toThrow();
  });
});

describe('certificates of clients', () => {
  let server: Awaited<ReturnType<typeof startServer>>;
  beforeAll(async () => {
    server = await startServer({ tls: { ...all.server, ca: all.ca.cert, requestCert: true } });
  });
  afterAll(() => server.close());

  it('are accepted from the same authority, encrypted or not', async () => {
    for (const pem of [all.client, all.encryptedClient]) {
      expect((await ask(server.url('/empty'), { ca: all.ca.cert, ...pem })).status).toBe(200);
    }
  });

  it('are refused from another authority', async () => {
    await expect(ask(server.url('/empty'), { ca: all.ca.cert, ...all.clientByOtherCa })).rejects.toThrow();
  });
});

/**
 * What a polluted `Object.prototype` may say about TLS, in any version of HTTP: nothing. A certificate of another host, and
 * one that nobody trusts, stay refused, and no session of the right host is taken for it.
 */
import { createSecureContext } from 'node:tls';
import { afterAll, describe, expect, it } from 'vitest';
import { Client } from '../../src/client/client.ts';
import type { RequestOptions } from '../../src/options/options.ts';
import '../../src/default-stack.ts';
import { certificates } from '../support/certificates.ts';
import { startHttp2 } from '../support/http2-peer.ts';
import { polluted } from './pollute.ts';

const { ca, otherCa } = await certificates();
const peer = await startHttp2({ tls: true, allowHTTP1: true, listener: (_, response) => response.end('a secret') });
afterAll(() => peer[Symbol.asyncDispose]());

/** The server's certificate is for `localhost`; it is asked under this name. */
const OTHER_HOST = peer.origin.replace('localhost', 'bank.test');
const lookup = (async () => '127.0.0.1') as never;

/** Settings that nobody had before: what is made of them is kept, and would be clean from then on. */
let made = 0;
const trusting = (authority: string): RequestOptions => ({ ca: `${authority}\n# ${++made}` });

const rows: readonly (readonly [name: string, refusal: 'ERR_TLS_HOST' | 'ERR_TLS_UNTRUSTED', value: unknown])[] = [
  ['servername', 'ERR_TLS_HOST', 'localhost'],
  ['host', 'ERR_TLS_HOST', 'localhost'],
  ['checkServerIdentity', 'ERR_TLS_HOST', () => undefined],
  ['tls', 'ERR_TLS_HOST', { servername: 'localhost' }],
  ['rejectUnauthorized', 'ERR_TLS_HOST', false],
  ['rejectUnauthorized', 'ERR_TLS_UNTRUSTED', false],
  ['verify', 'ERR_TLS_UNTRUSTED', false],
  ['ca', 'ERR_TLS_UNTRUSTED', ca.cert],
  ['secureContext', 'ERR_TLS_UNTRUSTED', createSecureContext({ ca: ca.cert })],
];

describe.each(['1.1', '2', 'auto'] as const)('over version %s', (version) => {
  it.each(rows)('a polluted %s does not take away %s', async (name, refusal, value) => {
    const isOther = refusal === 'ERR_TLS_HOST';
    const owns = isOther ? [trusting(ca.cert), trusting(ca.cert)] : [trusting(otherCa.cert), {}];
    for (const [i, own] of owns.entries()) {
      const client = new Client({ lookup, ...own });
      const ask = () =>
        client.get(isOther ? OTHER_HOST : peer.origin, { version, stream: i === 0, timeout: 10_000 }).text();
      await expect(polluted({ [name]: value }, ask)).rejects.toMatchObject({ code: refusal });
      await client.destroy();
    }
  });
});

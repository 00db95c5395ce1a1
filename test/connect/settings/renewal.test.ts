import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { http2Handler } from '../../../src/handlers/http2/http2.ts';
import { nodeHttpHandler } from '../../../src/handlers/node/node-http.ts';
import { streamHandler } from '../../../src/handlers/node/stream.ts';
import { undiciHandler } from '../../../src/handlers/undici/undici.ts';
import { HttpRequest } from '../../../src/message/request.ts';
import { ownOptions } from '../../../src/options/option-record.ts';
import type { RequestOptions } from '../../../src/options/options.ts';
import { FakeClock } from '../../../src/testing/fake-clock.ts';
import { startServer, type TestServer } from '../../../src/testing/server.ts';
import { certificates } from '../../support/certificates.ts';
import { rejection } from '../../support/fake-handler.ts';
import { startHttp2 } from '../../support/http2-peer.ts';

const made = await certificates();
let folder: string;
let server: TestServer;
let writes = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'renewal-'));
  server = await startServer({ tls: made.server });
});

afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

/** Each time at another time, however fast the test is. */
async function write(file: string, text: string): Promise<void> {
  await writeFile(file, text);
  writes += 1;
  await utimes(file, writes, writes);
}

describe.each([
  ['undici', () => undiciHandler(), {}],
  ['node:http', () => nodeHttpHandler(), {}],
  ['stream', () => streamHandler(), {}],
  ['http2', () => http2Handler(), { version: '2' }],
] as const)('a file of certificates over %s', (name, make, more) => {
  it('is read again when it has changed, a second later at the latest', async () => {
    await using peer = await startHttp2({ tls: true, listener: (_, response) => response.end() });
    const url = name === 'http2' ? peer.url() : server.url('/json', 'localhost');
    const handler = make();
    const clock = new FakeClock();
    const file = join(folder, `${name.replace(':', '-')}.pem`);
    await write(file, made.ca.cert);
    // One record for every request, as a client has it.
    const options: RequestOptions = ownOptions({ ca: file, keepAlive: false, clock, ...more });
    const get = () => handler(new HttpRequest('GET', url), options);
    expect((await get()).status).toBe(200);

    await write(file, made.otherCa.cert);
    expect((await get()).status).toBe(200);
    await clock.advance(1000);
    expect(await rejection(get())).toMatchObject({ name: 'ConnectError', code: 'ERR_TLS_UNTRUSTED' });

    await write(file, made.ca.cert);
    await clock.advance(1000);
    expect((await get()).status).toBe(200);

    // Half of a renewal: what was good stays in use.
    await write(file, 'not yet');
    await clock.advance(1000);
    expect((await get()).status).toBe(200);
    await handler.destroy?.();
  });
});

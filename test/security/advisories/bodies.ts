/** Advisories about what comes back: framing, lengths, codings, floods. */
import { gzipSync } from 'node:zlib';
import { expect, vi } from 'vitest';
import { HttpResponse } from '../../../src/message/response.ts';
import * as faults from '../../../src/testing/faults.ts';
import { type Script, startScriptedServer } from '../../../src/testing/scripted-server.ts';
import { rejection } from '../../support/fake-handler.ts';
import { LINEAR, timeGrowth } from '../../support/time-growth.ts';
import { type Advisory, each, inMemory, OWN, playing, withServers } from './bench.ts';

const MIB = 1024 * 1024;
const URL_OF = 'http://app.example/';
const head = (...lines: string[]): string => `${lines.join('\r\n')}\r\n\r\n`;

/** Bytes of memory that are held beside what was before, at the most. */
async function growth(run: () => Promise<void>): Promise<number> {
  const before = process.memoryUsage().rss;
  let most = 0;
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss - before);
  }, 5);
  try {
    await run();
  } finally {
    clearInterval(timer);
  }
  return most;
}

/** A gzip body that has no end. */
function endlessGzip(status: string, ...lines: string[]): Script {
  const block = gzipSync(Buffer.alloc(16 * MIB));
  function* stream(): Generator<Uint8Array> {
    yield Buffer.from(head(`HTTP/1.1 ${status}`, 'Content-Encoding: gzip', 'Transfer-Encoding: chunked', ...lines));
    for (;;) yield Buffer.concat([Buffer.from(`${block.length.toString(16)}\r\n`), block, Buffer.from('\r\n')]);
  }
  return [{ expect: 'head' }, { stream }];
}

export const bodyAdvisories: readonly Advisory[] = [
  {
    id: 'CVE-2019-10742',
    client: 'axios',
    flaw: 'a body went on being received after maxContentLength was exceeded',
    test: 'a body beyond maxResponseSize ends its connection at once, on every handler',
    check: () =>
      playing(faults.endlessBody, async (client, url) => {
        const error = await rejection(client.get(url, { maxResponseSize: 100_000 }));
        expect(error).toMatchObject({ name: 'BodyError', code: 'ERR_BODY_TOO_LARGE' });
      }),
  },
  {
    id: 'CVE-2020-15168',
    client: 'node-fetch',
    flaw: 'the limit of size was forgotten after a redirect',
    test: 'maxResponseSize holds after redirects, for streams and for error bodies',
    check: () =>
      withServers(1, ([server]) =>
        each(async (client) => {
          const options = { maxResponseSize: 1000 };
          const after = server!.url(`/redirect-to?url=${encodeURIComponent('/bytes/5000')}`);
          for (const stream of [false, true]) {
            const read = async () => (await client.get(after, { ...options, stream })).bytes();
            expect(await rejection(read())).toMatchObject({ code: 'ERR_BODY_TOO_LARGE' });
          }
          server!.enqueue({ status: 500, body: 'x'.repeat(5000) });
          const failed = await rejection(client.get(server!.url('/'), { ...options, httpErrors: false }));
          expect(failed).toMatchObject({ code: 'ERR_BODY_TOO_LARGE' });
        }),
      ),
  },
  {
    id: 'CVE-2026-22036',
    client: 'undici',
    flaw: 'any number of content codings was undone',
    test: 'more than five codings are an error before anything is decoded',
    async check() {
      const { client } = inMemory(new HttpResponse(200, { 'Content-Encoding': Array(6).fill('gzip').join(', ') }, 'x'));
      expect(await rejection(client().get(URL_OF))).toMatchObject({ name: 'BodyError', code: 'ERR_BODY_ENCODING' });
    },
  },
  {
    id: 'CVE-2025-66418',
    client: 'urllib3',
    flaw: 'a chain of thousands of codings took all memory and time',
    test: 'a chain of 10 000 codings costs nothing',
    async check() {
      const ask = async (count: number) => {
        const answer = new HttpResponse(200, { 'Content-Encoding': 'gzip,'.repeat(count) }, gzipSync('x'));
        expect(await rejection(inMemory(answer).client().get(URL_OF))).toMatchObject({ code: 'ERR_BODY_ENCODING' });
      };
      expect(await timeGrowth(1_250, ask)).toBeLessThan(LINEAR);
    },
  },
  {
    id: 'CVE-2023-23916',
    client: 'curl',
    flaw: 'the codings of several Content-Encoding lines were counted one line at a time',
    test: 'codings count over all lines',
    async check() {
      const { client } = inMemory(new HttpResponse(200, { 'Content-Encoding': Array(6).fill('gzip') }, gzipSync('x')));
      expect(await rejection(client().get(URL_OF))).toMatchObject({ code: 'ERR_BODY_ENCODING' });
    },
  },
  {
    id: 'CVE-2022-32206',
    client: 'curl',
    flaw: 'a chain of codings let a small body grow without a limit',
    test: 'what decodes to more than maxResponseSize is an error, after each coding of a chain',
    async check() {
      const bomb = gzipSync(gzipSync(Buffer.alloc(64 * MIB)));
      for (const limit of [undefined, MIB]) {
        const { client } = inMemory(new HttpResponse(200, { 'Content-Encoding': 'gzip, gzip' }, bomb));
        const call = client().get(URL_OF, { maxResponseSize: limit });
        if (limit === undefined) expect((await (await call).bytes()).byteLength).toBe(64 * MIB);
        else expect(await rejection(call)).toMatchObject({ code: 'ERR_BODY_TOO_LARGE' });
      }
    },
  },
  {
    id: 'CVE-2025-66471',
    client: 'urllib3',
    flaw: 'reading a little of a stream decoded all that a few coded bytes stand for',
    test: 'reading a little of a bomb decodes a little, in bounded memory',
    async check() {
      const grown = await growth(() =>
        playing(
          () => endlessGzip('200 OK'),
          async (client, url) => {
            const response = await client.get(url, { stream: true });
            let read = 0;
            for await (const chunk of response) if ((read += chunk.byteLength) > MIB) break;
            expect(read).toBeLessThan(8 * MIB);
          },
        ),
      );
      expect(grown).toBeLessThan(200 * MIB);
    },
  },
  {
    id: 'CVE-2026-44432',
    client: 'urllib3',
    flaw: 'dropping a response decoded the rest of it',
    test: 'dropping a bomb that was read in part decodes no more of it',
    async check() {
      const grown = await growth(() =>
        playing(
          () => endlessGzip('200 OK'),
          async (client, url) => {
            const response = await client.get(url, { stream: true });
            await response.discard();
          },
        ),
      );
      expect(grown).toBeLessThan(200 * MIB);
    },
  },
  {
    id: 'CVE-2026-21441',
    client: 'urllib3',
    flaw: 'the body of a redirect was decoded before the redirect was followed',
    test: 'a bomb in the body of a redirect or of an error is not decoded beyond the limit',
    async check() {
      const lines = ['Location: /next'];
      const grown = await growth(async () => {
        for (const status of ['302 Found', '500 Oops']) {
          await playing(
            () => endlessGzip(status, ...lines),
            async (client, url) => {
              const options = { maxResponseSize: MIB, allowRedirects: { max: 1 }, timeout: 15_000 };
              const error = await rejection(client.get(url, options));
              expect(['ERR_BODY_TOO_LARGE', 'ERR_SERVER_ERROR']).toContain((error as { code?: string }).code);
            },
          );
        }
      });
      expect(grown).toBeLessThan(200 * MIB);
    },
  },
  {
    id: 'CVE-2023-38039',
    client: 'curl',
    flaw: 'any number of header lines was kept',
    test: 'a head beyond maxHeaderSize ends its connection, on every handler',
    async check() {
      for (const script of [faults.manyHeaders, faults.hugeHeaderLine]) {
        await playing(script, async (client, url) => {
          expect(await rejection(client.get(url))).toMatchObject({ code: 'ERR_HEADERS_TOO_LARGE' });
        });
      }
    },
  },
  {
    id: 'CVE-2024-24750',
    client: 'undici',
    flaw: 'responses whose body nobody read kept their connections and their memory',
    test: 'a response that is dropped gives its connection back or closes it',
    check: () =>
      withServers(1, ([server]) =>
        each(
          async (client, handler) => {
            for (let i = 0; i < 50; i += 1) {
              await (await client.get(server!.url('/bytes/2000000'), { stream: true })).discard();
            }
            await vi.waitFor(() => expect(server!.connections, handler).toBeLessThanOrEqual(1));
          },
          {},
          OWN,
        ),
      ),
  },
  {
    id: 'CVE-2026-48931',
    client: 'Node http.Agent',
    flaw: 'a second answer sent ahead on an idle connection was taken for that of the next request',
    test: 'bytes that come before they are asked for are never an answer, on every handler',
    async check() {
      const [answer, ahead] = [faults.plainResponse('hello'), faults.plainResponse('smuggled')];
      const together: Script = [{ expect: 'head' }, { send: answer + ahead }, { stall: true }];
      const later: Script = [{ expect: 'head' }, { send: answer }, { wait: 20 }, { send: ahead }, { stall: true }];
      for (const script of [together, later]) {
        await each(async (client, handler) => {
          const server = await startScriptedServer(script);
          for (let i = 0; i < 3; i += 1) {
            const text = await client.get(server.url('/')).text();
            expect(text, handler).toBe('hello');
            // The connection is given up for them, whenever they come.
            await vi.waitFor(() => expect(server.connections, handler).toBe(0), 5000);
          }
          await server.close();
        });
      }
    },
  },
  {
    id: 'CVE-2024-22019',
    client: 'Node http',
    flaw: 'the extension of a chunk was read without an end',
    test: 'a chunk extension without an end is an error, within readTimeout',
    check: () =>
      playing(faults.endlessChunkExtension, async (client, url) => {
        const error = await rejection(client.get(url, { readTimeout: 250 }));
        expect(['ERR_BODY_FRAMING', 'ERR_TIMEOUT_READ']).toContain((error as { code?: string }).code);
      }),
  },
  {
    id: 'CVE-2022-32213',
    client: 'Node http',
    flaw: 'messages of unclear framing were read, each in its own way',
    test: 'framing in doubt is an error, never a shorter or a longer body',
    async check() {
      const scripts = [
        faults.conflictingContentLength,
        faults.badContentLength,
        faults.badChunkSize,
        faults.spaceBeforeColon,
        faults.nulInHeader,
      ];
      for (const script of scripts) {
        await playing(
          () => script(),
          async (client, url) => {
            const error = await rejection(client.get(url));
            expect(['ERR_PROTOCOL', 'ERR_BODY_FRAMING']).toContain((error as { code?: string }).code);
          },
        );
      }
    },
  },
];

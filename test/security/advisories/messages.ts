/** Advisories about what gets into a message: line ends, control bytes, lengths, and time spent on reading. */
import { expect, vi } from 'vitest';
import { HttpHeaders } from '../../../src/message/headers.ts';
import type { ContentsPart, MultipartPart } from '../../../src/message/multipart-parts.ts';
import { maskText } from '../../../src/message/redact.ts';
import { HttpRequest } from '../../../src/message/request.ts';
import { HttpResponse } from '../../../src/message/response.ts';
import { canonicalUrl } from '../../../src/message/uri.ts';
import { startServer } from '../../../src/testing/server.ts';
import { rejection } from '../../support/fake-handler.ts';
import { LINEAR, timeGrowth } from '../../support/time-growth.ts';
import { type Advisory, each, inMemory } from './bench.ts';

const CRLF = '\r\nX-Injected: yes';
const URL_OF = 'http://app.example/';
const INJECTIONS = [CRLF, '\nX-Injected: yes', '\rX-Injected: yes', '\0'];

/** Every way to give a header. */
function headerDoors(name: string, value: string): (() => unknown)[] {
  return [
    () => new HttpHeaders({ [name]: value }),
    () => new HttpHeaders([[name, value]]),
    () => new HttpHeaders().with(name, value),
    () => new HttpHeaders().withAdded(name, [value]),
    () => new HttpRequest('GET', URL_OF, { [name]: value }),
    () => new HttpRequest('GET', URL_OF).withHeader(name, value),
    () => new HttpResponse(200, { [name]: value }),
    () => new HttpResponse(200).withAddedHeader(name, value),
  ];
}

function areRefused(doors: readonly (() => unknown)[]): void {
  for (const door of doors) expect(door, String(door)).toThrow(TypeError);
}

/** What is refused before anything is sent, whatever the method of the client. */
async function isNeverSent(send: (client: ReturnType<ReturnType<typeof inMemory>['client']>) => Promise<unknown>) {
  const { client, requests } = inMemory(new HttpResponse(200));
  expect(await rejection(send(client()))).toMatchObject({
    name: expect.stringMatching(/^(?:TypeError|RequestError)$/),
  });
  expect(requests()).toEqual([]);
}

/** Takes no longer for 100 000 of something than anything linear does. */
async function isLinear(run: (count: number) => unknown): Promise<void> {
  expect(await timeGrowth(12_500, run)).toBeLessThan(LINEAR);
}

export const messageAdvisories: readonly Advisory[] = [
  {
    id: 'CVE-2022-24775',
    client: 'Guzzle',
    flaw: 'line ends in names and values of headers were not refused everywhere',
    test: 'a control character is refused at every door of a header',
    check() {
      for (const injection of INJECTIONS) {
        areRefused(headerDoors('X-A', `a${injection}`));
        areRefused(headerDoors(`X-A${injection}`, 'a'));
      }
    },
  },
  {
    id: 'CVE-2023-29197',
    client: 'Guzzle',
    flaw: 'a single line end at the very end of a name or a value slipped through',
    test: 'a line end at the very end is refused',
    check() {
      for (const end of ['\n', '\r', '\r\n', '\0'])
        areRefused([...headerDoors('X-A', `a${end}`), ...headerDoors(`X-A${end}`, 'a')]);
    },
  },
  {
    id: 'CVE-2026-55766',
    client: 'Guzzle',
    flaw: 'line ends in the method, the version and the reason were not refused',
    test: 'a line end in method, version or reason is refused',
    check() {
      for (const injection of INJECTIONS) {
        areRefused([
          () => new HttpRequest(`GET${injection}`, URL_OF),
          () => new HttpRequest('GET', URL_OF).with({ method: `A${injection}` }),
          () => new HttpRequest('GET', URL_OF, {}, null, `1.1${injection}`),
          () => new HttpRequest('GET', URL_OF).with({ protocolVersion: `1.1${injection}` }),
          () => new HttpResponse(200, {}, null, `1.1${injection}`),
          () => new HttpResponse(200, {}, null, '1.1', `OK${injection}`),
          () => new HttpResponse(200).with({ statusText: `OK${injection}` }),
        ]);
      }
    },
  },
  {
    id: 'CVE-2022-31150',
    client: 'undici',
    flaw: 'line ends in path, method and headers were sent as they were',
    test: 'nothing with a line end in it reaches a handler',
    async check() {
      for (const injection of INJECTIONS) {
        await isNeverSent((client) => client.get(`${URL_OF}x HTTP/1.1${injection}`));
        await isNeverSent((client) => client.request(`GET / HTTP/1.1${injection}`, URL_OF));
        await isNeverSent((client) => client.get(URL_OF, { headers: { 'X-A': injection } }));
      }
    },
  },
  {
    id: 'CVE-2022-35948',
    client: 'undici',
    flaw: 'line ends in Content-Type were sent as they were',
    test: 'the type of a Blob body cannot end its line',
    async check() {
      const { client, requests } = inMemory(new HttpResponse(200));
      const body = new Blob(['x'], { type: `text/plain${CRLF}` });
      await client()
        .post(URL_OF, { body })
        .catch(() => undefined);
      for (const { headers } of requests()) expect(headers.has('x-injected')).toBe(false);
      await isNeverSent((one) => one.post(URL_OF, { body: 'x', headers: { 'Content-Type': `text/plain${CRLF}` } }));
    },
  },
  {
    id: 'CVE-2023-23936',
    client: 'undici',
    flaw: 'line ends in Host were sent as they were',
    test: 'a Host with a line end is refused',
    check: () => isNeverSent((client) => client.get(URL_OF, { headers: { host: `app.example${CRLF}` } })),
  },
  {
    id: 'CVE-2019-11236',
    client: 'urllib3',
    flaw: 'line ends in the URL were sent as they were',
    test: 'a line end in path or query is refused, and an escaped one stays escaped',
    async check() {
      for (const part of [`a${CRLF}`, `?q=${CRLF}`]) await isNeverSent((client) => client.get(URL_OF + part));
      const { client, requests } = inMemory(new HttpResponse(200));
      await client().get(`${URL_OF}a%0d%0ab`, { query: { q: 'x\r\ny' } });
      expect(requests()[0]!.url).toBe(`${URL_OF}a%0d%0ab?q=x%0D%0Ay`);
    },
  },
  {
    id: 'CVE-2020-26137',
    client: 'urllib3',
    flaw: 'line ends in the method were sent as they were',
    test: 'a method is a token, on every shortcut that takes one',
    async check() {
      for (const method of [`GET${CRLF}`, 'GET /', '', 'GE T', 'GÉT']) {
        await isNeverSent((client) => client.request(method, URL_OF));
        await isNeverSent((client) => client.requestAsync(method, URL_OF));
        await isNeverSent((client) => client.fetch(URL_OF, { method }));
      }
    },
  },
  {
    id: 'CVE-2023-49082',
    client: 'aiohttp',
    flaw: 'a method from outside could smuggle a second request',
    test: 'a request made before is checked like one made by the client',
    check: () => areRefused([() => new HttpRequest('GET / HTTP/1.1\r\nHost: x\r\n\r\nPOST', URL_OF)]),
  },
  {
    id: 'GHSA-445q-vr5w-6q77',
    client: 'axios',
    flaw: 'the type of a Blob in multipart/form-data could add header lines to its part',
    test: 'no name, filename, type or header of a part can add a line',
    async check() {
      const part: MultipartPart = { name: `a"${CRLF}`, contents: 'x', filename: `b"${CRLF}` };
      const { client, requests } = inMemory(new HttpResponse(200));
      await client().post(URL_OF, { multipart: [part] });
      const form = new FormData();
      form.append(`n${CRLF}`, new Blob(['x'], { type: `text/plain${CRLF}` }), `f${CRLF}`);
      await client().post(URL_OF, { body: form });
      for (const request of requests()) {
        const heads = (await request.text()).split('\r\n\r\n')[0]!;
        expect(heads).not.toMatch(/^X-Injected/im);
      }
      const wrongs: Partial<ContentsPart>[] = [
        { type: `text/plain${CRLF}` },
        { headers: { 'X-A': CRLF } },
        { headers: { [`X${CRLF}`]: 'a' } },
      ];
      for (const wrong of wrongs) {
        await isNeverSent((one) => one.post(URL_OF, { multipart: [{ name: 'a', contents: 'x', ...wrong }] }));
      }
    },
  },
  {
    id: 'GHSA-xhjh-pmcv-23jw',
    client: 'axios',
    flaw: 'a NUL in a value was sent as it was, because its escape was undone',
    test: 'a NUL in query and form stays escaped',
    async check() {
      const { client, requests } = inMemory(new HttpResponse(200));
      await client().post(URL_OF, { query: { 'k\0': 'v\0' }, formParams: { 'k\0': 'v\0' } });
      expect(requests()[0]!.url).toBe(`${URL_OF}?k%00=v%00`);
      expect(await requests()[0]!.text()).toBe('k%00=v%00');
    },
  },
  {
    id: 'GHSA-62hf-57xw-28j9',
    client: 'axios',
    flaw: 'nested data without an end exhausted the stack',
    test: 'data nested too deeply, or in a circle, is a TypeError that names its key',
    async check() {
      const circle: Record<string, unknown> = {};
      circle['self'] = circle;
      let deep: Record<string, unknown> = {};
      for (let i = 0; i < 50_000; i += 1) deep = { a: deep };
      for (const data of [circle, deep]) {
        for (const option of ['formParams', 'query'] as const) {
          const { client, requests } = inMemory(new HttpResponse(200));
          const error = await rejection(client().post(URL_OF, { [option]: data }));
          expect([error.name, error.message]).toEqual(['TypeError', expect.stringMatching(/nested/)]);
          expect(requests()).toEqual([]);
        }
        const { client } = inMemory(new HttpResponse(200));
        const multipart = [{ name: 'x', contents: data as never }];
        expect(await rejection(client().post(URL_OF, { multipart }))).toMatchObject({ name: 'TypeError' });
      }
    },
  },
  {
    id: 'CVE-2025-22150',
    client: 'undici',
    flaw: 'boundaries of multipart bodies were made with Math.random and could be foreseen',
    test: 'boundaries do not come from Math.random',
    async check() {
      const random = vi.spyOn(Math, 'random').mockReturnValue(0.5);
      try {
        const { client, requests } = inMemory(new HttpResponse(200));
        for (let i = 0; i < 20; i += 1) await client().post(URL_OF, { multipart: [{ name: 'a', contents: 'x' }] });
        const types = requests().map(({ headers }) => headers.get('content-type'));
        expect(new Set(types).size).toBe(20);
        expect(types[0]).toMatch(/boundary=[0-9a-f]{40}$/);
      } finally {
        random.mockRestore();
      }
    },
  },
  {
    id: 'CVE-2026-40175',
    client: 'axios',
    flaw: 'a polluted prototype put line ends into headers, and so a whole second request on the wire',
    test: 'one call is one request on the wire, whatever its data holds',
    async check() {
      const server = await startServer();
      await each(async (client) => {
        const evil = 'x\r\n\r\nGET /latest/meta-data HTTP/1.1\r\nHost: 169.254.169.254\r\n\r\n';
        await client.get(server.url('/echo'), { headers: { 'X-A': evil } }).catch(() => undefined);
        await client.post(server.url('/echo'), { query: { q: evil }, formParams: { q: evil } });
      });
      await server.close();
      expect(server.requests.map(({ method }) => method)).toEqual(['POST', 'POST', 'POST', 'POST']);
    },
  },
  {
    id: 'CVE-2026-1525',
    client: 'undici',
    flaw: 'two Content-Length lines, in two cases of letters, were both sent',
    test: 'two lengths of the caller that differ are never sent, on any handler',
    async check() {
      const server = await startServer();
      await each(async (client) => {
        const headers: [string, string][] = [
          ['Content-Length', '4'],
          ['content-length', '40'],
        ];
        await client.post(server.url('/echo'), { body: 'text', headers }).catch(() => undefined);
      });
      await server.close();
      for (const { rawHeaders } of server.requests) {
        expect(rawHeaders.filter((_, i) => /content-length/i.test(rawHeaders[i - (i % 2)]!) && i % 2 === 1)).toEqual([
          '4',
        ]);
      }
    },
  },
  {
    id: 'CVE-2023-24807',
    client: 'undici',
    flaw: 'the normalisation of a header value took quadratic time',
    test: 'a header of 100 000 blanks is read at once',
    async check() {
      await isLinear((count) => new HttpHeaders({ 'X-A': `${' '.repeat(count)}x${'\t'.repeat(count)}` }).get('x-a'));
      await isLinear((count) => new HttpHeaders([['X-A', `a${' \t'.repeat(count)}b`]]).get('x-a'));
    },
  },
  {
    id: 'CVE-2021-3749',
    client: 'axios',
    flaw: 'the trimming of text took quadratic time',
    test: 'text of 100 000 blanks in a cookie or a coding is read at once',
    async check() {
      await isLinear(async (count) => {
        const blanks = ' '.repeat(count);
        const { client } = inMemory(
          new HttpResponse(200, { 'Set-Cookie': `a${blanks}=${blanks}1`, 'Content-Encoding': `${blanks}x` }),
        );
        await client({ cookies: true }).get(URL_OF);
      });
    },
  },
  {
    id: 'CVE-2021-33503',
    client: 'urllib3',
    flaw: 'an authority of many @ took quadratic time',
    test: 'a URL of 100 000 @ is read, and masked for a message, at once',
    async check() {
      await isLinear((count) => expect(() => canonicalUrl(`http://${'@'.repeat(count)}`)).toThrow());
      await isLinear((count) => maskText(`${'a'.repeat(count)}:${'@'.repeat(count)}`));
    },
  },
  {
    id: 'CVE-2020-7212',
    client: 'urllib3',
    flaw: 'the percent-escapes of a URL took quadratic time',
    test: 'a URL of 100 000 escapes is read at once',
    async check() {
      await isLinear((count) => canonicalUrl(`http://app.example/${'%zz%41'.repeat(count)}?${'%'.repeat(count)}`));
    },
  },
  {
    id: 'CVE-2022-2596',
    client: 'node-fetch',
    flaw: 'the test of a host for being local took exponential time',
    test: 'a host of many labels is judged at once',
    async check() {
      await isLinear((count) => canonicalUrl(`http://${'127.'.repeat(count / 2)}!/`));
      await isLinear((count) =>
        canonicalUrl(`http://${'a-'.repeat(30)}a.${'b.'.repeat(90)}example/${'/..'.repeat(count / 10)}`),
      );
    },
  },
];

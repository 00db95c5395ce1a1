/** Where one answer ends and what lies behind it: RFC 9112 sections 6.3 and 9.2. */
import { expect } from 'vitest';
import { HttpRequest } from '../../src/message/request.ts';
import { plainResponse } from '../../src/testing/faults.ts';
import { type Bench, type Check, deliveries } from './bench.ts';

/** What the system hands over in one read, and the most that is read in one turn. */
const READ = 0x10000;
const TURN = 32 * READ;

/** An answer of exactly so many bytes. */
function sized(bytes: number): string {
  const head = (length: number) => `HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\n\r\n`;
  const length = bytes - head(bytes).length;
  return head(length) + 'x'.repeat(bytes - head(length).length);
}

/** RFC 9112 §6.3, rule 1: these end with their heads, whatever is said there or follows. */
const BODILESS = [
  ['a 204 with a length', 'GET', '204 No Content', 'Content-Length: 44', ''],
  ['a 204 with a length and its bytes', 'DELETE', '204 No Content', 'Content-Length: 5', 'hello'],
  ['a 204 in chunks', 'GET', '204 No Content', 'Transfer-Encoding: chunked', ''],
  ['a 204 with the last chunk behind it', 'PUT', '204 No Content', 'Transfer-Encoding: chunked', '0\r\n\r\n'],
  ['a 204 with another answer behind it', 'GET', '204 No Content', 'X-A: b', plainResponse('of somebody else')],
  ['a 304 with a length', 'GET', '304 Not Modified', 'Content-Length: 44', ''],
  ['a 304 with a length and its bytes', 'GET', '304 Not Modified', 'Content-Length: 5', 'hello'],
  ['a 304 with the last chunk behind it', 'GET', '304 Not Modified', 'Transfer-Encoding: chunked', '0\r\n\r\n'],
  ['an answer to HEAD with its bytes', 'HEAD', '200 OK', 'Content-Length: 5', 'hello'],
  ['an answer to HEAD with its chunks', 'HEAD', '200 OK', 'Transfer-Encoding: chunked', '2\r\nhi\r\n0\r\n\r\n'],
] as const;

/** RFC 9112 §9.2: what lies behind a whole answer is no answer to anything, and no fault of the one before. */
const BEHIND = [
  ['another answer', plainResponse('of somebody else')],
  ['line ends', '\r\n\r\n'],
  ['the last chunk of nothing', '0\r\n\r\n'],
  ['garbage', '\x00\x01\xff garbage'],
  ['the beginning of a head', 'HTTP/1.1 200 O'],
] as const;

export function borders(check: Check): void {
  for (const [delivery, receive] of deliveries) {
    /** Sends one request after another; only the first connection gives the answer in question. */
    const sent = async ({ fresh, play }: Bench, method: string, answer: string) => {
      const scripted = await play((connection) =>
        connection === 0
          ? [{ expect: 'head' }, { send: answer }, { expect: 'head' }, { send: plainResponse('own') }]
          : [{ expect: 'head' }, { send: plainResponse('own') }],
      );
      const handler = fresh();
      let status = 0;
      const body = await receive(async (options) => {
        const response = await handler(new HttpRequest(method, scripted.url()), options);
        status = response.status;
        return response;
      });
      const next = await receive((options) => handler(new HttpRequest('GET', scripted.url()), options));
      return { status, body: String(Buffer.from(body)), next: String(Buffer.from(next)) };
    };

    for (const [what, method, status, field, behind] of BODILESS) {
      check(`ends ${what} with its head, ${delivery}`, async (bench) => {
        const answer = `HTTP/1.1 ${status}\r\n${field}\r\n\r\n${behind}`;
        expect(await sent(bench, method, answer)).toEqual({
          status: Number(status.slice(0, 3)),
          body: '',
          next: 'own',
        });
      });
    }

    for (const [what, behind] of BEHIND) {
      check(`gives an answer with ${what} behind it, and its connection to nobody, ${delivery}`, async (bench) => {
        const answer = plainResponse('whole') + behind;
        expect(await sent(bench, 'GET', answer)).toEqual({ status: 200, body: 'whole', next: 'own' });
      });
    }
  }

  for (const [where, bytes] of [
    ['of a read', READ],
    ['of a turn', TURN],
  ] as const) {
    for (const [delivery, receive] of deliveries) {
      check(`gives nobody the answer that lies behind another at the border ${where}, ${delivery}`, async (bench) => {
        const both = sized(bytes) + plainResponse('of somebody else');
        const scripted = await bench.play((connection) =>
          connection === 0
            ? [{ expect: 'head' }, { send: both }, { stall: true }]
            : [{ expect: 'head' }, { send: plainResponse('own') }],
        );
        const handler = bench.fresh();
        const request = new HttpRequest('GET', scripted.url());
        const first = await receive((options) => handler(request, options));
        const second = await receive((options) => handler(request, options));
        expect([first.byteLength, Buffer.from(second).toString()]).toEqual([
          sized(bytes).split('\r\n\r\n')[1]!.length,
          'own',
        ]);
      });
    }
  }
}

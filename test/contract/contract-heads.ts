/** Heads that two receivers could read in two ways: one would take for a second request what is a body to the other. */
import { expect } from 'vitest';
import { HttpRequest } from '../../src/message/request.ts';
import { plainResponse } from '../../src/testing/faults.ts';
import { type Check, rejection } from './bench.ts';

/** RFC 9112 §3.2, §6.1 and §6.2. */
const AMBIGUOUS: readonly (readonly [string, [string, string][]])[] = [
  ...['xchunked', 'x-chunked', 'gzip, chunked', 'chunked, chunked', 'identity', 'chunked;q=1', ''].map(
    (coding) => [`Transfer-Encoding: ${coding}`, [['Transfer-Encoding', coding]]] as [string, [string, string][]],
  ),
  [
    'two lines of Transfer-Encoding',
    [
      ['Transfer-Encoding', 'chunked'],
      ['transfer-encoding', 'chunked'],
    ],
  ],
  [
    'a length beside Transfer-Encoding',
    [
      ['Transfer-Encoding', 'chunked'],
      ['Content-Length', '4'],
    ],
  ],
  [
    'two lines of Host',
    [
      ['Host', 'a.test'],
      ['host', 'b.test'],
    ],
  ],
];

async function* inPieces(): AsyncGenerator<string> {
  yield 'GET /smuggled HTTP/1.1\r\n';
  yield 'Host: a.test\r\n\r\n';
}

export function heads(check: Check): void {
  for (const [what, lines] of AMBIGUOUS) {
    for (const [kind, body] of [
      ['a text', () => 'GET /smuggled HTTP/1.1\r\nHost: a.test\r\n\r\n'],
      ['a stream', inPieces],
      ['no body', () => null],
    ] as const) {
      check(`refuses ${what} with ${kind}, and sends nothing`, async ({ fresh, play }) => {
        const scripted = await play([{ expect: 'head' }, { send: plainResponse() }]);
        const error = await rejection(fresh()(new HttpRequest('POST', scripted.url(), lines, body()), {}));
        expect(error).toMatchObject({ name: 'RequestError' });
        expect(Buffer.concat([...scripted.received]).toString()).toBe('');
      });
    }
  }
}

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

type Body = () => AsyncIterable<string> | string | null;

/** Whatever a caller may set wrongly of the framing: what, its lines, its body, and the words that tell what to change. */
const WRONG: readonly (readonly [what: string, lines: [string, string][], body: Body, code: string, words: string])[] =
  [
    [
      'a Trailer with a text',
      [['Trailer', 'X-A']],
      () => 'text',
      'ERR_REQUEST',
      'Trailer announces fields behind a body in chunks, and this request has a body of 4 bytes, sent without chunks; ' +
        'give the fields with option trailers and a body, or leave Trailer out',
    ],
    [
      'a Trailer with a stream that has a length',
      [
        ['Trailer', 'X-A'],
        ['Content-Length', '40'],
      ],
      inPieces,
      'ERR_REQUEST',
      'Trailer announces fields behind a body in chunks, and this request has a body of 40 bytes, sent without chunks; ' +
        'give the fields with option trailers and a body, or leave Trailer out',
    ],
    [
      'a Trailer without a body',
      [['Trailer', 'X-A']],
      () => null,
      'ERR_REQUEST',
      'Trailer announces fields behind a body in chunks, and this request has no body; ' +
        'give the fields with option trailers and a body, or leave Trailer out',
    ],
    ...(['many', '', '+4', '4, 4', '0x4'] as const).map(
      (length) =>
        [
          `Content-Length: ${length}`,
          [['Content-Length', length]],
          () => 'text',
          'ERR_REQUEST',
          `Content-Length must be a number of bytes, got "${length}"; leave it out to have it set`,
        ] as [string, [string, string][], Body, string, string],
    ),
    [
      'two lines of Content-Length',
      [
        ['Content-Length', '4'],
        ['content-length', '4'],
      ],
      inPieces,
      'ERR_REQUEST',
      'Content-Length must be a number of bytes, got "4, 4"; leave it out to have it set',
    ],
    [
      'a Content-Length that a text does not have',
      [['Content-Length', '5']],
      () => 'text',
      'ERR_BODY_LENGTH',
      'Content-Length says 5 bytes, and the body has 4; leave it out to have it set',
    ],
    [
      'a Content-Length without a body',
      [['Content-Length', '5']],
      () => null,
      'ERR_BODY_LENGTH',
      'Content-Length says 5 bytes, and the body has 0; leave it out to have it set',
    ],
    ...(['', 'a b', 'a.test/path', 'user@a.test'] as const).map(
      (host) =>
        [
          `Host: ${host}`,
          [['Host', host]],
          () => null,
          'ERR_REQUEST',
          `Host must be a host, with a port or without, got "${host}"; leave it out to have it set`,
        ] as [string, [string, string][], Body, string, string],
    ),
  ];

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
        expect(error).toMatchObject({ name: 'RequestError', attempts: 0 });
        expect(error.message).toMatch(/must be chunked|exclude each other|one Host line/);
        expect(Buffer.concat([...scripted.received]).toString()).toBe('');
      });
    }
  }

  for (const [what, lines, body, code, words] of WRONG) {
    check(`refuses ${what}, and says what to change`, async ({ fresh, play }) => {
      const scripted = await play([{ expect: 'head' }, { send: plainResponse() }]);
      const error = await rejection(fresh()(new HttpRequest('POST', scripted.url(), lines, body()), {}));
      expect(error).toMatchObject({ name: 'RequestError', code, attempts: 0 });
      expect(error.message).toContain(words);
      expect(Buffer.concat([...scripted.received]).toString()).toBe('');
    });
  }

  check('sends a Trailer with a stream, whose chunks leave room for the fields', async ({ send, url }) => {
    const response = await send(new HttpRequest('POST', url('/echo'), { Trailer: 'X-A' }, inPieces()));
    expect(response.status).toBe(200);
  });

  check('sends the coding chunked without a body', async ({ send, url }) => {
    const request = new HttpRequest('GET', url('/echo'), { 'Transfer-Encoding': 'chunked' });
    const { bodyBase64 } = await (await send(request)).json<{ bodyBase64: string }>();
    expect(bodyBase64).toBe('');
  });
}

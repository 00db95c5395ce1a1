/**
 * Scripts of servers that are broken or hostile, by name, for `startScriptedServer`. Each waits for the head of a request
 * first, so a client that sends nothing gets nothing. What a client must make of each is said by the tests that use them.
 */
import type { Script, ScriptBytes } from './scripted-server.ts';

const CRLF = '\r\n';

/** A valid response with a right `Content-Length`, for the builders that damage or delay one. */
export function plainResponse(body = 'hello', headers: readonly string[] = []): string {
  return head(`Content-Length: ${Buffer.byteLength(body, 'latin1')}`, ...headers) + body;
}

/** A response head of status 200 with these lines. */
function head(...lines: readonly string[]): string {
  return `${['HTTP/1.1 200 OK', 'Content-Type: text/plain', ...lines].join(CRLF)}${CRLF}${CRLF}`;
}

/** A script that waits for a request and sends these pieces. */
function answer(...pieces: readonly ScriptBytes[]): Script {
  return [{ expect: 'head' }, ...pieces.map((send) => ({ send }))];
}

/** Fewer bytes than `Content-Length` says, then FIN (RFC 9112 section 8). */
export function truncatedBody(declared = 100, sent = 50): Script {
  return [...answer(head(`Content-Length: ${declared}`) + 'x'.repeat(sent)), { fin: true }];
}

/** A chunked body that ends with the connection instead of its last chunk. */
export function truncatedChunks(): Script {
  return [...answer(`${head('Transfer-Encoding: chunked')}5${CRLF}hello${CRLF}`), { fin: true }];
}

/** More bytes than `Content-Length` says, in the same write. */
export function overlongBody(declared = 5, sent = 50): Script {
  return answer(head(`Content-Length: ${declared}`) + 'x'.repeat(sent));
}

/** Two lengths that differ (RFC 9112 section 6.3, rule 5). */
export function conflictingContentLength(first = 5, second = 6): Script {
  return answer(`${head(`Content-Length: ${first}`, `Content-Length: ${second}`)}hello!`);
}

/** The same length twice, as two lines or as one list. */
export function duplicateContentLength(form: 'lines' | 'list' = 'lines'): Script {
  return answer(
    `${form === 'list' ? head('Content-Length: 5, 5') : head('Content-Length: 5', 'Content-Length: 5')}hello`,
  );
}

/** A length that is no number: `-5`, `+5`, `5x`, `0x5`. */
export function badContentLength(value = '-5'): Script {
  return answer(`${head(`Content-Length: ${value}`)}hello`);
}

/** Length and chunks together, the classic of request smuggling (RFC 9112 section 6.3, rule 3). */
export function lengthAndChunked(): Script {
  return answer(`${head('Content-Length: 5', 'Transfer-Encoding: chunked')}5${CRLF}hello${CRLF}0${CRLF}${CRLF}`);
}

/** A second whole response behind the first, in the same write: never the answer to the next request. */
export function smuggledSecondResponse(): Script {
  return [...answer(plainResponse('hello') + plainResponse('smuggled')), ...answer(plainResponse('second'))];
}

/** Lines that end in a bare LF. */
export function bareLfHead(): Script {
  return answer('HTTP/1.1 200 OK\nContent-Type: text/plain\nContent-Length: 5\n\nhello');
}

/** A lone CR within a value. */
export function bareCrInHeader(): Script {
  return answer(`${head('X-Odd: a\rX-Injected: b', 'Content-Length: 5')}hello`);
}

/** A NUL within a value (RFC 9110 section 5.5). */
export function nulInHeader(): Script {
  return answer(`${head('X-Odd: a\0b', 'Content-Length: 5')}hello`);
}

/** A space before the colon (RFC 9112 section 5.1). */
export function spaceBeforeColon(): Script {
  return answer(`${head('Content-Length : 5')}hello`);
}

/** A value continued on the next line (RFC 9112 section 5.2). */
export function foldedHeader(): Script {
  return answer(`${head(`X-Folded: one${CRLF} two`, 'Content-Length: 5')}hello`);
}

/** A header line of so many bytes: 1 MiB unless told otherwise. */
export function hugeHeaderLine(bytes = 1024 * 1024): Script {
  return streamed(function* () {
    yield `HTTP/1.1 200 OK${CRLF}X-Huge: `;
    for (let left = bytes; left > 0; left -= 65_536) yield 'x'.repeat(Math.min(left, 65_536));
    yield `${CRLF}Content-Length: 5${CRLF}${CRLF}hello`;
  });
}

/** So many header lines, each short. */
export function manyHeaders(count = 100_000): Script {
  return streamed(function* () {
    yield `HTTP/1.1 200 OK${CRLF}`;
    yield* batches(count, (n) => `X-${n}: ${n}${CRLF}`);
    yield `Content-Length: 5${CRLF}${CRLF}hello`;
  });
}

/** So many 1xx responses before the final one. */
export function manyInformational(count = 10_000, status = '102 Processing'): Script {
  return streamed(function* () {
    yield* batches(count, () => `HTTP/1.1 ${status}${CRLF}${CRLF}`);
    yield plainResponse();
  });
}

/** A chunk extension without an end (RFC 9112 section 7.1.1). */
export function endlessChunkExtension(): Script {
  return streamed(function* () {
    yield `${head('Transfer-Encoding: chunked')}5;x=`;
    for (;;) yield 'x'.repeat(16_384);
  });
}

/** Trailers without an end (RFC 9112 section 7.1.2). */
export function endlessTrailers(): Script {
  return streamed(function* () {
    yield `${head('Transfer-Encoding: chunked')}5${CRLF}hello${CRLF}0${CRLF}`;
    for (let n = 0; ; n++) yield `X-Trailer-${n}: ${'x'.repeat(1000)}${CRLF}`;
  });
}

/** A body without an end, one chunk after the other. */
export function endlessBody(): Script {
  return streamed(function* () {
    yield head('Transfer-Encoding: chunked');
    for (;;) yield `4000${CRLF}${'x'.repeat(0x4000)}${CRLF}`;
  });
}

/** An invalid chunk size: `zz`, `-5`, sixteen digits that overflow. */
export function badChunkSize(size = 'zz'): Script {
  return answer(`${head('Transfer-Encoding: chunked')}${size}${CRLF}hello${CRLF}0${CRLF}${CRLF}`);
}

/** Something that is not HTTP at all. */
export function garbage(bytes: ScriptBytes = '\x16\x03\x01\0\0 not HTTP\r\n\r\n'): Script {
  return [...answer(bytes), { fin: true }];
}

/** FIN as soon as the request is there. */
export function closeBeforeHead(): Script {
  return [{ expect: 'head' }, { fin: true }];
}

/** The first `offset` bytes of a response, then a reset. */
export function resetAt(offset: number, response: ScriptBytes = plainResponse()): Script {
  return [...answer(response.slice(0, offset)), { reset: true }];
}

/** The first `offset` bytes of a response, then FIN. */
export function closeAt(offset: number, response: ScriptBytes = plainResponse()): Script {
  return [...answer(response.slice(0, offset)), { fin: true }];
}

/** The first `offset` bytes of a response, then silence. */
export function stallAt(offset: number, response: ScriptBytes = plainResponse()): Script {
  return [...answer(response.slice(0, offset)), { stall: true }];
}

/** A right response, a byte at a time. */
export function oneByteAtATime(ms = 1000, response: ScriptBytes = plainResponse()): Script {
  return [{ expect: 'head' }, { trickle: response, bytes: 1, ms }];
}

/** A host that vanishes within its answer: no more bytes, and the client's FIN is never answered. */
export function halfOpen(offset = 0, response: ScriptBytes = plainResponse()): Script {
  return [...answer(response.slice(0, offset)), { vanish: true }];
}

/** A kept connection that ends once the second request is there, of which nothing was answered. */
export function staleKeepAlive(end: 'fin' | 'reset' = 'reset', response: ScriptBytes = plainResponse()): Script {
  return [...answer(response), { expect: 'head' }, end === 'fin' ? { fin: true } : { reset: true }];
}

function streamed(stream: () => Iterable<ScriptBytes>): Script {
  return [{ expect: 'head' }, { stream }];
}

function* batches(count: number, line: (n: number) => string): Generator<string> {
  for (let n = 0; n < count; n += 1000) {
    let batch = '';
    for (let i = n; i < Math.min(count, n + 1000); i++) batch += line(i);
    yield batch;
  }
}

/** Every fault with its defaults, for tests that go through all of them. */
export const faults: Readonly<Record<string, () => Script>> = {
  truncatedBody: () => truncatedBody(),
  truncatedChunks: () => truncatedChunks(),
  overlongBody: () => overlongBody(),
  conflictingContentLength: () => conflictingContentLength(),
  duplicateContentLength: () => duplicateContentLength(),
  badContentLength: () => badContentLength(),
  lengthAndChunked: () => lengthAndChunked(),
  smuggledSecondResponse: () => smuggledSecondResponse(),
  bareLfHead: () => bareLfHead(),
  bareCrInHeader: () => bareCrInHeader(),
  nulInHeader: () => nulInHeader(),
  spaceBeforeColon: () => spaceBeforeColon(),
  foldedHeader: () => foldedHeader(),
  hugeHeaderLine: () => hugeHeaderLine(),
  manyHeaders: () => manyHeaders(),
  manyInformational: () => manyInformational(),
  endlessChunkExtension: () => endlessChunkExtension(),
  endlessTrailers: () => endlessTrailers(),
  endlessBody: () => endlessBody(),
  badChunkSize: () => badChunkSize(),
  garbage: () => garbage(),
  closeBeforeHead: () => closeBeforeHead(),
  resetInHead: () => resetAt(12),
  resetInBody: () => resetAt(plainResponse().length - 2),
  closeInHead: () => closeAt(12),
  stallBeforeHead: () => stallAt(0),
  stallInHead: () => stallAt(12),
  stallInBody: () => stallAt(plainResponse().length - 2),
  oneByteAtATime: () => oneByteAtATime(),
  halfOpen: () => halfOpen(),
  staleKeepAlive: () => staleKeepAlive(),
};

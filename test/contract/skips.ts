/** What each transport truly cannot do. `docs/handlers.md` has the same list, and a test compares them. */
import { runtimeName } from '../../src/runtime/platform.ts';
import type { Skips } from './bench.ts';

export const undiciSkips: Skips = {
  'reads past a 100 that nobody asked for':
    'undici ends the connection at such a 100; chooseHandler() sends the request again over node:http',
  'ends with ERR_CALLBACK when the promise of onInformation rejects':
    'undici shows no informational answer; the handler refuses the option',
};

export const nodeHttpSkips: Skips = {};

export const streamSkips: Skips = {};

const connect = 'fetch has no phase of its own for the connection; the time counts within headersTimeout';
const own = "the connections are the runtime's own";

export const fetchSkips: Skips = {
  ...all("Node's fetch waits on after such a 101, or says no more than that the connection ended", [
    'rejects a 101 nobody asked for as a failure of the network',
    'rejects a 101 that says to what it switches as a failure of the network',
  ]),
  'sends the method get as it is written': 'the fetch standard writes it in upper case; the handler refuses it',
  'keeps the order, the case and the repetition of header lines': 'fetch joins lines of one name',
  'adds no header but those of the connection': 'fetch adds Accept, Accept-Language, User-Agent and Sec-Fetch-Mode',
  'sends a Host header that was set': 'fetch writes the Host of the URL',
  'gives a 407 that no proxy sent': 'the fetch standard turns it into a failure of the network',
  'keeps the order, the case and the repetition of response lines': 'fetch sorts, lower-cases and joins them',
  'leaves a coded body as it came': 'fetch decodes by itself; the handler takes the headers of the coding out',
  'reads past a 100 that nobody asked for': "Node's fetch is undici, which ends the connection at such a 100",
  'asks the given lookup, and names its failure': 'fetch resolves names by itself; the handler refuses the option',
  'times the wait for a connection': connect,
  'can be aborted while it connects': 'a lookup that hangs cannot be given to fetch; other waits are aborted alike',
  'ends with ERR_CALLBACK when the promise of onInformation rejects':
    'fetch shows no informational answer; the handler refuses the option',
  'uses a connection again after an empty, a HEAD and a streamed response': `${own}, and so is the choice of one`,
  'uses a connection once with keepAlive: false': `${own}; the handler refuses the option`,
  'opens no connection for a request that was aborted': "Node's fetch opens one, and keeps it for the next request",
  'closes every connection on close': own,
};

export const http2Skips: Skips = {
  ...all('HTTP/2 has header names in lower case and pseudo-headers instead of a request line (RFC 9113 §8.3)', [
    'keeps the order, the case and the repetition of header lines',
    'adds no header but those of the connection',
    'sends a Host header that was set',
    'keeps the order, the case and the repetition of response lines',
  ]),
  ...all('HTTP/2 frames bodies by itself (RFC 9113 §8.1)', ['frames a stream whose length nobody knows in chunks']),
  ...all('HTTP/2 has no reason phrase (RFC 9113 §8.3.2)', ['gives the reason phrase']),
  ...all('node:http2 as a server sends no such status', ['gives a status that no class has']),
  ...all(
    'the site waits for a callback that node:http2 as a server does not make; test/handlers/http2/http2.test.ts sends a 103',
    ['hides an informational answer', 'ends with ERR_CALLBACK when the promise of onInformation rejects'],
  ),
  ...all('the script, or its server, is in HTTP/1.1; test/handlers/http2/http2.test.ts has scripts of frames', [
    'sends the method PURGE as it is written',
    'sends the method QUERY as it is written',
    'sends the method pUrGe as it is written',
    'sends the method X-Own as it is written',
    'sends the method get as it is written',
    'names a body whose source fails midway, and lets go of the connection',
    'rejects a close before the head as a failure of the network',
    'rejects a reset within the head as a failure of the network',
    'rejects an answer under codings of transfer that nobody asked for as a failure of the network',
    'rejects a head larger than maxHeaderSize as a failure of the network',
    'rejects a body shorter than its length as a BodyError, buffered',
    'rejects a body shorter than its length as a BodyError, streamed',
    'rejects chunks without a last one as a BodyError, buffered',
    'rejects chunks without a last one as a BodyError, streamed',
    'rejects a reset within the body as a BodyError, buffered',
    'rejects a reset within the body as a BodyError, streamed',
    'rejects a chunk whose size is no number as a BodyError, buffered',
    'rejects a chunk whose size is no number as a BodyError, streamed',
    'rejects a body larger than maxResponseSize, and lets go of the connection',
    'refuses a body whose length is over maxResponseSize before it has come',
    'measures a transfer that failed',
    'times the wait for the head, after 0 bytes of it',
    'times the wait for the head, after 12 bytes of it',
    'times a pause of the body, buffered',
    'times a pause of the body, streamed',
    'waits without end when a timeout is off',
    'can be aborted while it waits for the head',
    'can be aborted through the call, without a signal',
    'can be aborted while it sends',
    'can be aborted within the body, buffered',
    'can be aborted within the body, streamed',
    'lets go of the connection of a stream that is dropped',
    'uses a connection again',
    'uses a connection again after an empty, a HEAD and a streamed response',
    'does not use a connection that the server closes',
    'sends again, once, when a kept connection turns out dead: reset',
    'sends again, once, when a kept connection turns out dead: fin',
    'does not send a POST twice when a kept connection turns out dead',
    'opens no connection for a request that was aborted',
    'holds a server back while nobody reads',
    'closes every connection on close',
    'lets a running request finish on close',
    'all of the chapter "borders"',
    'does not send again when an answer over a kept connection breaks off within its head',
    'keeps an answer whose reason phrase is beyond ASCII',
  ]),
};

export const mockSkips: Skips = {
  ...all('nothing goes over a wire, so nothing breaks or waits there', [
    'sends the method PURGE as it is written',
    'sends the method QUERY as it is written',
    'sends the method pUrGe as it is written',
    'sends the method X-Own as it is written',
    'sends the method get as it is written',
    'frames bytes with their Content-Length',
    'frames a stream whose length nobody knows in chunks',
    'names a body whose source fails midway, and lets go of the connection',
    'keeps the order, the case and the repetition of response lines',
    'rejects a close before the head as a failure of the network',
    'rejects a reset before the head as a failure of the network',
    'rejects a close within the head as a failure of the network',
    'rejects a reset within the head as a failure of the network',
    'rejects garbage in place of a head as a failure of the network',
    'rejects two lengths that differ as a failure of the network',
    'rejects a length that is no number as a failure of the network',
    'rejects an answer under codings of transfer that nobody asked for as a failure of the network',
    'rejects a NUL in a header as a failure of the network',
    'rejects a head larger than maxHeaderSize as a failure of the network',
    'rejects a body shorter than its length as a BodyError, buffered',
    'rejects a body shorter than its length as a BodyError, streamed',
    'rejects chunks without a last one as a BodyError, buffered',
    'rejects chunks without a last one as a BodyError, streamed',
    'rejects a reset within the body as a BodyError, buffered',
    'rejects a reset within the body as a BodyError, streamed',
    'rejects a chunk whose size is no number as a BodyError, buffered',
    'rejects a chunk whose size is no number as a BodyError, streamed',
    'rejects a refused connection as a ConnectError',
    'rejects a host name that does not exist as a ConnectError',
    'asks the given lookup, and names its failure',
    'rejects a body larger than maxResponseSize, and lets go of the connection',
    'refuses a body whose length is over maxResponseSize before it has come',
    'measures a transfer that failed',
    'times the wait for a connection',
    'times the wait for the head, after 0 bytes of it',
    'times the wait for the head, after 12 bytes of it',
    'times a pause of the body, buffered',
    'times a pause of the body, streamed',
    'waits without end when a timeout is off',
    'can be aborted while it connects',
    'can be aborted while it waits for the head',
    'can be aborted through the call, without a signal',
    'can be aborted while it sends',
    'can be aborted within the body, buffered',
    'can be aborted within the body, streamed',
    'lets go of the connection of a stream that is dropped',
    'uses a connection again',
    'uses a connection again after an empty, a HEAD and a streamed response',
    'uses a connection once with keepAlive: false',
    'does not use a connection that the server closes',
    'sends again, once, when a kept connection turns out dead: reset',
    'sends again, once, when a kept connection turns out dead: fin',
    'does not send a POST twice when a kept connection turns out dead',
    'does not send again what fails on a connection of its own',
    'opens no connection for a request that was aborted',
    'closes every connection on close',
    'lets a running request finish on close',
    'lets the first request finish when close comes in its turn',
    'ends the first request when destroy comes in its turn',
    'ends a running request with an error on destroy',
    'all of the chapter "borders"',
    'all of the chapter "heads"',
    'keeps an answer whose reason phrase is beyond ASCII',
    'rejects at once a streamed body that has more bytes than its length says',
    'rejects at once a streamed body that has less bytes than its length says',
    'rejects a 101 nobody asked for as a failure of the network',
    'rejects a 101 that says to what it switches as a failure of the network',
    'does not send again when an answer over a kept connection breaks off within its head',
  ]),
  ...all('whatever is asked is answered; the client refuses such a URL before', [
    'refuses a URL that is not absolute',
    'throws nothing synchronously',
  ]),
  ...all('an answer from memory takes no time', ['measures the first byte']),
  ...all('the body of a request is left for the test to read', [
    'reports the upload as it goes',
    'calls callbacks, and makes a body, in the asynchronous context of the call',
  ]),
  ...all('informational answers are no part of a queue', [
    'ends with ERR_CALLBACK when the promise of onInformation rejects',
  ]),
};

const dispatchers = "the connections are the dispatcher's own";

export const dispatcherSkips: Skips = {
  ...undiciSkips,
  'reads past a 100 that nobody asked for':
    'undici ends the connection at such a 100, and a handler over a dispatcher has no other way to send',
  'asks the given lookup, and names its failure': `${dispatchers}; the handler refuses the option`,
  'times the wait for a connection': `${dispatchers}; the time counts within headersTimeout`,
  'can be aborted while it connects':
    'the script is a lookup, which the handler refuses; other waits are aborted alike',
  'opens no connection for a request that was aborted': 'the dispatcher opens one, and keeps it for the next request',
};

/** The skips of every transport, as the documentation lists them. */
export const allSkips: Readonly<Record<string, Skips>> = {
  undici: undiciSkips,
  dispatcher: dispatcherSkips,
  'node:http': nodeHttpSkips,
  stream: streamSkips,
  http2: http2Skips,
  fetch: fetchSkips,
  mock: mockSkips,
};

const bunKeeps = 'Bun sends any method that it does not know as GET; the handler refuses it';
const bunWord = "Bun's fetch has one word for a connection that was closed and one that was reset";
const again = 'its fetch sends a GET again by itself when a connection that it kept breaks';
const headSize = "the head's limit is the runtime's own, and larger";
const denoChunk = "Deno's fetch says no more than that the body could not be read, as of one that was cut";
const denoBorder = "what lies behind an answer reaches Deno's node:net a turn later, when the connection is used again";

const webWords = 'its fetch says no more than that it failed: the code is ERR_NETWORK, or ERR_BODY_TRUNCATED';
const wordless = [
  'rejects a close before the head as a failure of the network',
  'rejects a reset before the head as a failure of the network',
  'rejects a close within the head as a failure of the network',
  'rejects a reset within the head as a failure of the network',
  'rejects garbage in place of a head as a failure of the network',
  'rejects two lengths that differ as a failure of the network',
  'rejects a length that is no number as a failure of the network',
  'rejects a NUL in a header as a failure of the network',
  'rejects a chunk whose size is no number as a BodyError, buffered',
  'rejects a chunk whose size is no number as a BodyError, streamed',
  'rejects a host name that does not exist as a ConnectError',
];

const remote = 'it looks at a count of a server at once, which is in another process there';
const looksAtOnce = [
  'waits without end when a timeout is off',
  'ends a call at once on destroy, in its first turn, with retry',
  'ends a call at once on destroy, in its first turn, with stream and retry',
];

/** What a transport cannot do in another runtime, beside what it cannot do anywhere. */
export const runtimeSkips: Readonly<Partial<Record<string, Readonly<Record<string, Skips>>>>> = {
  bun: {
    undici: {
      'rejects a 101 nobody asked for as a failure of the network': 'under Bun undici tells it as an error of no code',
    },
    fetch: {
      ...all(bunKeeps, ['sends the method pUrGe as it is written', 'sends the method X-Own as it is written']),
      ...all(bunWord, [
        'rejects a close before the head as a failure of the network',
        'rejects a close within the head as a failure of the network',
      ]),
      ...all(headSize, ['rejects a head larger than maxHeaderSize as a failure of the network']),
      ...all(again, ['does not send again when an answer over a kept connection breaks off within its head']),
    },
  },
  deno: {
    ...Object.fromEntries(
      ['undici', 'node:http', 'stream'].map((handler) => [
        handler,
        all(denoBorder, [
          'gives nobody the answer that lies behind another at the border of a read, buffered',
          'gives nobody the answer that lies behind another at the border of a read, streamed',
        ]),
      ]),
    ),
    fetch: {
      ...all("Deno's fetch frames every stream in chunks", ['sends a stream with the Content-Length it was given']),
      ...all("Deno's fetch gives the standard's phrase for a status", [
        'gives the reason phrase',
        'keeps an answer whose reason phrase is beyond ASCII',
      ]),
      ...all("Deno's fetch may have one word for a connection that was closed and one that was reset", [
        'rejects a reset before the head as a failure of the network',
        'rejects a reset within the head as a failure of the network',
      ]),
      ...all(headSize, ['rejects a head larger than maxHeaderSize as a failure of the network']),
      ...all(denoChunk, [
        'rejects a chunk whose size is no number as a BodyError, buffered',
        'rejects a chunk whose size is no number as a BodyError, streamed',
      ]),
      ...all(again, ['does not send again when an answer over a kept connection breaks off within its head']),
    },
  },
  workerd: {
    fetch: {
      ...all('workerd knows a list of methods, in upper case; the handler refuses others', [
        'sends the method pUrGe as it is written',
        'sends the method X-Own as it is written',
      ]),
      ...all("workerd's headers are UTF-8 text, where the standard has a byte for each character", [
        'sends headers with their values',
        'gives headers with their values',
      ]),
      ...all("workerd's fetch frames every stream in chunks", ['sends a stream with the Content-Length it was given']),
      ...all('workerd ends its process when the source of a body fails ("Promise callback destroyed itself")', [
        'names a body whose source fails midway, and lets go of the connection',
      ]),
      ...all("workerd's clock has whole milliseconds: an answer that comes within one took none", [
        'measures the first byte',
      ]),
      ...all("workerd's fetch waits on after an informational answer", ['hides an informational answer']),
      ...all("the connections are the runtime's own, and what lies behind an answer is taken for the next one", [
        'gives an answer with another answer behind it, and its connection to nobody, buffered',
        'gives an answer with another answer behind it, and its connection to nobody, streamed',
        'gives nobody the answer that lies behind another at the border of a read, buffered',
        'gives nobody the answer that lies behind another at the border of a read, streamed',
        'gives nobody the answer that lies behind another at the border of a turn, buffered',
        'gives nobody the answer that lies behind another at the border of a turn, streamed',
        'never takes what lies behind a response for the next one',
        'sends again, once, when a kept connection turns out dead: reset',
        'sends again, once, when a kept connection turns out dead: fin',
      ]),
      ...all('workerd takes what lies behind an answer for broken framing', [
        'ends a 204 with a length and its bytes with its head, buffered',
        'ends a 204 with a length and its bytes with its head, streamed',
        'ends a 204 with another answer behind it with its head, buffered',
        'ends a 204 with another answer behind it with its head, streamed',
        'ends a 204 with the last chunk behind it with its head, buffered',
        'ends a 204 with the last chunk behind it with its head, streamed',
        'ends a 304 with a length and its bytes with its head, buffered',
        'ends a 304 with a length and its bytes with its head, streamed',
        'ends a 304 with the last chunk behind it with its head, buffered',
        'ends a 304 with the last chunk behind it with its head, streamed',
        'ends an answer to HEAD with its bytes with its head, buffered',
        'ends an answer to HEAD with its bytes with its head, streamed',
        'ends an answer to HEAD with its chunks with its head, buffered',
        'ends an answer to HEAD with its chunks with its head, streamed',
        'gives an answer with garbage behind it, and its connection to nobody, buffered',
        'gives an answer with garbage behind it, and its connection to nobody, streamed',
        'gives an answer with line ends behind it, and its connection to nobody, buffered',
        'gives an answer with line ends behind it, and its connection to nobody, streamed',
        'gives an answer with the last chunk of nothing behind it, and its connection to nobody, buffered',
        'gives an answer with the last chunk of nothing behind it, and its connection to nobody, streamed',
      ]),
      ...all(webWords, [
        ...wordless,
        'rejects an answer under codings of transfer that nobody asked for as a failure of the network',
      ]),
      ...all(headSize, ['rejects a head larger than maxHeaderSize as a failure of the network']),
    },
  },
  chromium: {
    fetch: {
      ...all('a browser sends a streamed body over HTTP/2 alone; the handler refuses it', [
        'rejects at once a streamed body that has more bytes than its length says',
        'rejects at once a streamed body that has less bytes than its length says',
        'sends a body of an async iterable',
        'sends a body of an empty iterable',
        'sends a body of a web stream',
        'sends a body of a function',
        'sends a body of an async function that gives text',
        'frames a stream whose length nobody knows in chunks',
        'sends a stream with the Content-Length it was given',
        'reads a body that can be read once only once',
        'sends a replayable body again',
        'names a body whose source fails midway, and lets go of the connection',
        'reports the upload as it goes',
        'can be aborted while it sends',
        'lets a running request finish on close',
        'sends a Trailer with a stream, whose chunks leave room for the fields',
      ]),
      ...all(remote, looksAtOnce),
      ...all('a browser sends a POST again by itself when a connection that it kept was reset', [
        'does not send a POST twice when a kept connection turns out dead',
      ]),
      ...all('a browser has no AsyncLocalStorage', [
        'calls callbacks, and makes a body, in the asynchronous context of the call',
      ]),
      ...all('a browser shows no Set-Cookie', ['keeps Set-Cookie lines apart']),
      ...all('a browser hides redirects, and follows them by itself', ['follows no redirect']),
      ...all('a browser takes a head that was cut, or lengths that are none, for what they can mean', [
        'rejects a close within the head as a failure of the network',
        'rejects a length that is no number as a failure of the network',
      ]),
      ...all(webWords, wordless),
      ...all(headSize, ['rejects a head larger than maxHeaderSize as a failure of the network']),
    },
  },
};

/** The skips of a transport in the runtime that this is. */
export function skipsHere(handler: string): Skips {
  return { ...allSkips[handler], ...runtimeSkips[runtimeName()]?.[handler] };
}

function all(reason: string, tests: readonly string[]): Skips {
  return Object.fromEntries(tests.map((test) => [test, reason]));
}

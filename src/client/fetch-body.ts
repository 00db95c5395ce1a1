/** The body of a request that `client.fetch` sends: what it is made from, and when it can be sent again. */

import { concatBytes, RequestBody, toBytes } from '../message/body.ts';
import { type BodyInit, bodyFrom } from '../message/body-from.ts';
import { runtimeOptions } from '../message/runtime-options.ts';
import { reasonOf } from '../time/stop.ts';

/** What fetch sends for text without a type. */
const PLAIN_TEXT = 'text/plain;charset=UTF-8';

/**
 * WHATWG Fetch section 5.2 ("extract a body"): a value of an unknown kind is converted to text.
 * @throws TypeError for an object whose text says nothing, which nobody wants to send
 */
export function bodyOfInit(given: unknown): RequestBody {
  if (typeof given === 'string') return RequestBody.fromText(given, PLAIN_TEXT);
  // A copy: what the caller writes into the bytes later is not sent.
  if (isBytes(given)) return RequestBody.fromBytes(toBytes(given).slice());
  if (typeof given === 'function' || given instanceof URLSearchParams || isStream(given)) {
    return bodyFrom(given as BodyInit)!;
  }
  const text = `${given as string}`;
  // A Blob and a form have no text of their own either: they, iterables and what is refused are known there.
  return text.startsWith('[object ') ? bodyFrom(given as BodyInit)! : RequestBody.fromText(text, PLAIN_TEXT);
}

/** For the platform's `Request`, which would copy bytes and lock streams: as good for its checks, and empty. */
export function standInFor(given: unknown): FetchBodyInit {
  // WHATWG Fetch section 5.4: what comes as a stream needs `duplex`, and cannot be kept alive.
  return isStream(given) ? new ReadableStream() : new Uint8Array(0);
}

/** Not every version of the platform's types exports it by name. */
type FetchBodyInit = NonNullable<RequestInit['body']>;

/** Memory that can change under us after the call. */
function isBytes(given: unknown): boolean {
  return ArrayBuffer.isView(given) || given instanceof ArrayBuffer;
}

/** Node's fetch takes asynchronous iterables as it takes streams. */
function isStream(given: unknown): boolean {
  if (given instanceof ReadableStream) return true;
  return typeof given === 'object' && given !== null && Symbol.asyncIterator in given;
}

/** A body that ends within this many bytes and chunks is kept, so that it can be sent again. */
const KEEP_BYTES = 1_048_576;
const KEEP_CHUNKS = 4_096;
/** How many turns of the event loop a chunk may take that is there already: a file in the system's cache takes two. */
const TURNS = 4;

/**
 * A `Request` shows its body as a stream, whatever it was made from. Text, bytes, forms and Blobs are read in no time: of
 * them come bytes again, which have a length and which redirects and retries can send again. A stream that lets us wait
 * is sent as it comes.
 */
export async function bodyOfRequest(
  { body: stream }: Request,
  signal: AbortSignal | undefined,
): Promise<RequestBody | null> {
  if (stream === null) return null;
  const chunks: Uint8Array[] = [];
  const reader = stream.getReader();
  for (let size = 0; ; ) {
    const reading = reader.read();
    const step = size > KEEP_BYTES || chunks.length > KEEP_CHUNKS ? undefined : await soon(reading);
    if (signal?.aborted) {
      reader.cancel(reasonOf(signal)).catch(() => undefined);
      throw reasonOf(signal);
    }
    if (step === undefined) return bodyFrom(rest(chunks, reading, reader));
    if (step.done) return RequestBody.fromBytes(concatBytes(chunks));
    const chunk = toBytes(step.value);
    chunks.push(chunk);
    size += chunk.byteLength;
  }
}

/** What was read, then the chunk that is awaited, then what follows it. */
function rest(
  chunks: Uint8Array[],
  reading: Promise<ReadableStreamReadResult<Uint8Array>>,
  reader: ReadableStreamDefaultReader<Uint8Array>,
): ReadableStream<Uint8Array> {
  let pending: typeof reading | undefined = reading;
  // Its failure is for whoever reads so far; nobody may.
  reading.catch(() => undefined);
  return new ReadableStream<Uint8Array>(
    runtimeOptions<UnderlyingDefaultSource<Uint8Array>>('webStream', {
      async pull(controller) {
        const kept = chunks.shift();
        if (kept !== undefined) {
          controller.enqueue(kept);
          return;
        }
        const { done, value } = await (pending ?? reader.read());
        pending = undefined;
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: (reason) => reader.cancel(reason),
    }),
    runtimeOptions('webStream', { highWaterMark: 0 }),
  );
}

/** Taken here, before fake timers of a test could stop it. */
const { setImmediate: nextTurn } = globalThis as { readonly setImmediate?: (callback: () => void) => unknown };

/**
 * Resolves in the next turn of the event loop; a `MessageChannel` does what `setImmediate` does where there is none.
 */
function turn(): Promise<void> {
  if (nextTurn !== undefined) return new Promise((resolve) => nextTurn(resolve));
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

/** What the promise gives within a few turns of the event loop, or `undefined`. */
async function soon<T>(promise: Promise<T>): Promise<T | undefined> {
  let value: T | undefined;
  let settled = false;
  const settling = promise.then((given) => {
    settled = true;
    value = given;
  });
  for (let turns = 0; turns < TURNS && !settled; turns++) await Promise.race([settling, turn()]);
  return value;
}

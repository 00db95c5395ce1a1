/** Undoes content codings where there is no `node:zlib`: gzip and both kinds of deflate, by the web's own decoders. */

import { Content, chunksOf, type StreamSource, toWebStream } from '../../message/content.ts';
import { runtimeOptions } from '../../message/runtime-options.ts';
import { iterate } from '../../message/web-stream.ts';
import { type Coding, isZlibFormat } from '../../semantics/codings.ts';
import type { DecoderSettings } from './stream-decoder.ts';

/** The decoded bytes of `source`, pulled. Cancelling releases the source, read or not. */
export function decodeWeb(source: StreamSource, settings: DecoderSettings): ReadableStream<Uint8Array> {
  let chunks: AsyncGenerator<Uint8Array, void, undefined> | undefined;
  return new ReadableStream<Uint8Array>(
    runtimeOptions<UnderlyingDefaultSource<Uint8Array>>('webStream', {
      async pull(controller) {
        chunks ??= decoded(source, settings);
        const { done, value } = await chunks.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      async cancel() {
        if (chunks === undefined) new Content(undefined, source).discard(settings.drains);
        else await chunks.return();
      },
    }),
    runtimeOptions('webStream', { highWaterMark: 0 }),
  );
}

/**
 * One pipe for each coding, the last one applied first; each counts what it gives, so that no bomb fits between two of
 * them.
 */
async function* decoded(
  source: StreamSource,
  { codings, limit, innerLimit, errors }: DecoderSettings,
): AsyncGenerator<Uint8Array, void, undefined> {
  let chunks = chunksOf(source);
  for (const [i, coding] of [...codings].reverse().entries()) {
    const most = i === codings.length - 1 ? limit : innerLimit;
    chunks = counted(undone(chunks, coding, errors.undecodable), most, errors.tooLarge);
  }
  yield* chunks;
}

/** Ends with an error as soon as more than `most` bytes came. */
async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  most: number,
  tooLarge: () => Error,
): AsyncGenerator<Uint8Array, void, undefined> {
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.byteLength;
    if (size > most) throw tooLarge();
    yield chunk;
  }
}

/**
 * Undoes one coding. The first byte tells the two formats apart that servers call `deflate` (RFC 9110 section 8.4.1.2).
 */
async function* undone(
  chunks: AsyncIterable<Uint8Array>,
  coding: Coding,
  undecodable: (coding: Coding, cause: unknown) => Error,
): AsyncGenerator<Uint8Array, void, undefined> {
  const iterator = chunks[Symbol.asyncIterator]();
  let step = await iterator.next();
  while (!step.done && step.value.byteLength === 0) step = await iterator.next();
  // An empty body was not encoded, whatever its headers say.
  if (step.done) return;
  const format = coding === 'gzip' ? 'gzip' : isZlibFormat(step.value[0]) ? 'deflate' : 'deflate-raw';
  let failed: { readonly error: unknown } | undefined;
  const encoded = toWebStream(continued(step.value, iterator, (error) => (failed = { error })));
  const decoder = new DecompressionStream(format) as unknown as ReadableWritablePair<Uint8Array, Uint8Array>;
  try {
    yield* iterate(encoded.pipeThrough(decoder));
  } catch (cause) {
    // The source's own failure is told as it is.
    throw failed === undefined ? undecodable(coding, cause) : failed.error;
  }
}

/**
 * The first chunk, which had to be looked at, and the rest behind it.
 * @param onError told of a failure of the source, which is not the decoder's
 */
async function* continued(
  first: Uint8Array,
  rest: AsyncIterator<Uint8Array>,
  onError: (error: unknown) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield first;
    for (let step = await rest.next(); !step.done; step = await rest.next()) yield step.value;
  } catch (error) {
    onError(error);
    throw error;
  } finally {
    await rest.return?.();
  }
}

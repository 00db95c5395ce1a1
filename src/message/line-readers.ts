/** Readers of line-based formats over a body that arrives piece by piece. */
import { textDecoder } from './content.ts';
import type { HeldText, ServerSentEvent, StreamOfEvents } from './readers.ts';

type Chunks = AsyncIterable<Uint8Array>;

/**
 * Lines without their ends: LF, CRLF or CR, also when an end is split over two chunks. A line is given as soon as its end
 * is there.
 * @param charset a label of the WHATWG Encoding standard; an unknown one counts as UTF-8
 */
export async function* splitLines(
  chunks: Chunks,
  held: HeldText,
  charset?: string,
): AsyncGenerator<string, void, undefined> {
  const decoder = textDecoder(charset);
  // Only what is new is searched: a long line that comes in many chunks is looked at once.
  let line = '';
  let endedByCr = false;
  function* linesOf(text: string): Generator<string, void, undefined> {
    // The second half of a CRLF.
    const start = endedByCr && text.startsWith('\n') ? 1 : 0;
    if (text !== '') endedByCr = text.endsWith('\r');
    const pieces = text.slice(start).split(/\r\n|\n|\r/);
    for (const [i, piece] of pieces.entries()) {
      if (line.length + piece.length > held.limit) throw held.fail('line');
      line += piece;
      if (i === pieces.length - 1) return;
      yield line;
      line = '';
    }
  }
  for await (const chunk of chunks) yield* linesOf(decoder.decode(chunk, { stream: true }));
  yield* linesOf(decoder.decode());
  if (line !== '') yield line;
}

/**
 * @param fail makes the error for a line (counted from 1) that is not JSON
 * @param parse reads the value of a line; throws for text that is not a value
 */
export async function* parseNdjson<T>(
  lines: AsyncIterable<string>,
  fail: (line: number, cause: unknown) => Error,
  parse: (text: string) => unknown = JSON.parse,
): AsyncGenerator<T, void, undefined> {
  let number = 0;
  for await (const line of lines) {
    number += 1;
    if (line.trim() === '') continue;
    let value: T;
    try {
      value = parse(line) as T;
    } catch (cause) {
      throw fail(number, cause);
    }
    yield value;
  }
}

/**
 * An event without data is not dispatched, and an incomplete one at the end of the stream is dropped, as the standard
 * says.
 */
export async function* parseEvents(
  chunks: Chunks,
  held: HeldText,
  stream: StreamOfEvents = { id: '', retry: undefined },
): AsyncGenerator<ServerSentEvent, void, undefined> {
  let event = '';
  let data: string[] = [];
  let size = 0;
  let { id } = stream;
  let retry: number | undefined;
  for await (const line of splitLines(chunks, held)) {
    if (line === '') {
      // The id counts once its event is complete, also without data: a reconnect then goes on behind it.
      stream.id = id;
      if (data.length > 0) {
        yield { event: event || 'message', data: data.join('\n'), id, retry };
        retry = undefined;
      }
      event = '';
      data = [];
      size = 0;
      continue;
    }
    // WHATWG HTML section 9.2.6: a colon at the beginning is a comment; one space behind the colon is no part of the
    // value.
    const colon = line.indexOf(':');
    if (colon === 0) continue;
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') event = value;
    else if (field === 'data') {
      // With the line end that joins it, so that data of empty lines is bounded as well.
      size += value.length + 1;
      if (size > held.limit + 1) throw held.fail('event');
      data.push(value);
    } else if (field === 'id' && !value.includes('\0')) id = value;
    else if (field === 'retry' && /^\d+$/.test(value)) retry = stream.retry = Number(value);
  }
}

/** Readers of line-based formats over a body that arrives piece by piece. */
import { textDecoder } from './content.ts';
import { own } from './own.ts';

/** One event of a server-sent event stream (WHATWG HTML section 9.2). */
export interface ServerSentEvent<Data = string> {
  /** The type, `'message'` unless the server names one. */
  readonly event: string;
  /** The event's text, its lines joined. */
  readonly data: Data;
  /** The last id the stream has set, `''` before the first. */
  readonly id: string;
  /** The reconnection time in milliseconds, when it was set since the event before. */
  readonly retry: number | undefined;
}

type Chunks = AsyncIterable<Uint8Array>;

/** How much of a body `lines()`, `ndjson()` and `events()` hold at a time. */
export interface LineOptions {
  /**
   * The most characters (UTF-16 code units) that one line may have, and one event's data in all. More is a `BodyError`
   * (`ERR_BODY_LINE`), so that a line without an end does not fill the memory. Default: 1 048 576. `Infinity`: no limit.
   */
  readonly maxLineLength?: number | undefined;
}

/** What `events()` takes. */
export interface EventOptions extends LineOptions {
  /**
   * Ask again when the connection ends or breaks, with the id of the last event in `Last-Event-ID`, as `EventSource` does.
   * For a call with `stream: true`. Default `false`.
   */
  readonly reconnect?: boolean | undefined;
}

/** What a stream of events has said, for the connection after this one. */
export interface StreamOfEvents {
  /** The last id that came with an event, or with an empty one. */
  id: string;
  /** The reconnection time in milliseconds, once it was set. */
  retry: number | undefined;
}

/** Reads the events of one connection's answer, and notes what the next one needs. */
export type ReadEvents<Answer> = (
  answer: Answer,
  stream: StreamOfEvents,
) => AsyncGenerator<ServerSentEvent, void, undefined>;

/** How a streamed answer goes on over other connections. */
export interface Reconnector<Answer> {
  events(answer: Answer, read: ReadEvents<Answer>): AsyncGenerator<ServerSentEvent, void, undefined>;
}

const MAX_LINE_LENGTH = 1_048_576;

/** @throws TypeError for a limit that is no whole number above 0 */
export function lineLimit(options: LineOptions | undefined): number {
  const limit = own(options ?? {}, 'maxLineLength') ?? MAX_LINE_LENGTH;
  if (limit === Number.POSITIVE_INFINITY || (Number.isSafeInteger(limit) && limit > 0)) return limit;
  throw new TypeError(`maxLineLength must be a whole number above 0 or Infinity, got ${String(limit)}`);
}

/** The most that may be held, and the error for more, given what it was that has no end. */
export interface HeldText {
  readonly limit: number;
  fail(what: 'line' | 'event'): Error;
}

/** @throws TypeError as `lineLimit` */
export function heldText(options: LineOptions | undefined, error: (fact: string) => Error): HeldText {
  const limit = lineLimit(options);
  const fail = (what: 'line' | 'event') =>
    error(`one ${what} of the body is longer than maxLineLength (${limit} characters)`);
  return { limit, fail };
}

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
 * @param parse reads the value of a line; throws for what is none
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

/** An event without data is not dispatched, and an incomplete one at the end of the stream is dropped, as the standard says. */
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

/**
 * The events of an answer, over more connections than one when the options ask for it.
 * @throws TypeError for a `reconnect` that is no boolean, and for an answer whose request cannot be sent again
 */
export function eventsOf<Answer>(
  answer: Answer,
  options: EventOptions | undefined,
  reconnector: Reconnector<unknown> | undefined,
  read: ReadEvents<Answer>,
): AsyncGenerator<ServerSentEvent, void, undefined> {
  const reconnect: unknown = own(options ?? {}, 'reconnect') ?? false;
  if (typeof reconnect !== 'boolean') throw new TypeError(`reconnect must be a boolean, got ${typeof reconnect}`);
  if (!reconnect) return read(answer, { id: '', retry: undefined });
  // What it asks for are answers of the same kind.
  if (reconnector !== undefined) return reconnector.events(answer, read as ReadEvents<unknown>);
  throw new TypeError('events({ reconnect: true }) needs the answer of a call with stream: true');
}

/** The same events with what `read` makes of their data. */
export function withData<T>(
  events: AsyncIterable<ServerSentEvent>,
  read: (data: string) => Promise<T>,
): AsyncGenerator<ServerSentEvent<T>, void, undefined> {
  return mapped(events, async (event) => ({ ...event, data: await read(event.data) }));
}

/** The values that `change` makes of others; it lets go of their source when nobody wants more. */
export async function* mapped<T, U>(
  values: AsyncIterable<T>,
  change: (value: T) => U | Promise<U>,
): AsyncGenerator<U, void, undefined> {
  for await (const value of values) yield await change(value);
}

/** @param fail makes the error for a text that is none that `parse` reads */
export function parsedOr(text: string, parse: (text: string) => unknown, fail: (cause: unknown) => Error): unknown {
  try {
    return parse(text);
  } catch (cause) {
    throw fail(cause);
  }
}

/** What the readers of line-based formats take, and what becomes of the values that they give. */
import { refuseUnknownNames } from '../runtime/arguments.ts';
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

const LINES: readonly (keyof LineOptions)[] = ['maxLineLength'];
const EVENTS: readonly (keyof EventOptions)[] = [...LINES, 'reconnect'];

/** @throws TypeError for a limit that is not a whole number above 0 */
function lineLimit(options: LineOptions | undefined): number {
  const limit = own(options ?? {}, 'maxLineLength') ?? MAX_LINE_LENGTH;
  if (limit === Number.POSITIVE_INFINITY || (Number.isSafeInteger(limit) && limit > 0)) return limit;
  throw new TypeError(`maxLineLength must be a whole number above 0 or Infinity, got ${String(limit)}`);
}

/** The most that may be held, and the error for more, given what it was that has no end. */
export interface HeldText {
  readonly limit: number;
  fail(what: 'line' | 'event'): Error;
}

/** @throws TypeError for an unknown option, and as `lineLimit` */
export function heldText(
  options: LineOptions | undefined,
  reader: 'lines()' | 'events()',
  error: (fact: string) => Error,
): HeldText {
  if (options !== undefined) refuseUnknownNames(reader, options, reader === 'lines()' ? LINES : EVENTS, 'option');
  const limit = lineLimit(options);
  const fail = (what: 'line' | 'event') =>
    error(`one ${what} of the body is longer than maxLineLength (${limit} characters)`);
  return { limit, fail };
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
  throw new TypeError('events({ reconnect: true }) needs the answer of a call with stream: true that did not fail');
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

/** @param fail makes the error for a text that `parse` refuses */
export function parsedOr(text: string, parse: (text: string) => unknown, fail: (cause: unknown) => Error): unknown {
  try {
    return parse(text);
  } catch (cause) {
    throw fail(cause);
  }
}

/**
 * Which entries of an archive are one call. Ours say so; those of other tools, and older ones, are put together by what they
 * say: an entry whose URL an earlier one redirected to, and an attempt that follows one of its number less one.
 */
import { fieldOf, listOf, numberOf, textOf } from './json-fields.ts';

/** Milliseconds that a redirect's end and what follows may overlap: clocks of browsers are coarse. */
const OVERLAP = 50;

interface Open {
  readonly call: number[];
  /** Milliseconds since 1970. */
  readonly end: number;
}

/**
 * @param entries by their start
 * @returns their places, for each call of more than one
 */
export function harCalls(entries: readonly unknown[]): number[][] {
  const calls: number[][] = [];
  const known = new Map<number, number[]>();
  const waiting = new Map<string, Open[]>();
  for (const [place, entry] of entries.entries()) {
    const number = numberOf(fieldOf(entry, '_call'));
    const call = number >= 0 ? (known.get(number) ?? []) : (takenFrom(waiting, entry) ?? []);
    if (number >= 0) known.set(number, call);
    if (call.push(place) === 1) calls.push(call);
    if (number < 0) waitFor(waiting, entry, call);
  }
  return calls.filter(({ length }) => length > 1);
}

/** The call that waits for such an entry. */
function takenFrom(waiting: Map<string, Open[]>, entry: unknown): number[] | undefined {
  const start = startOf(entry);
  const attempt = numberOf(fieldOf(entry, '_attempt'), 1);
  const open = waiting.get(attempt > 1 ? attemptKey(entry, attempt) : `redirect ${urlOf(entry)}`);
  const at = open?.findIndex(({ end }) => end <= start + OVERLAP) ?? -1;
  return at === -1 ? undefined : open!.splice(at, 1)[0]!.call;
}

function waitFor(waiting: Map<string, Open[]>, entry: unknown, call: number[]): void {
  const end = startOf(entry) + numberOf(fieldOf(entry, 'time'), 0);
  const target = redirectOf(entry);
  const attempt = numberOf(fieldOf(entry, '_attempt'));
  const key = target !== undefined ? `redirect ${target}` : attempt > 0 ? attemptKey(entry, attempt + 1) : undefined;
  if (key === undefined) return;
  const open = waiting.get(key);
  if (open === undefined) waiting.set(key, [{ call, end }]);
  else open.push({ call, end });
}

function attemptKey(entry: unknown, attempt: number): string {
  return `attempt ${attempt} ${textOf(fieldOf(fieldOf(entry, 'request'), 'method'))} ${urlOf(entry)}`;
}

function urlOf(entry: unknown): string {
  const url = textOf(fieldOf(fieldOf(entry, 'request'), 'url'));
  return (URL.canParse(url) ? new URL(url).href : url).replace(/#.*$/s, '');
}

function startOf(entry: unknown): number {
  const started = Date.parse(textOf(fieldOf(entry, 'startedDateTime')));
  return Number.isNaN(started) ? 0 : started;
}

function redirectOf(entry: unknown): string | undefined {
  const response = fieldOf(entry, 'response');
  const status = Number(fieldOf(response, 'status'));
  if (!(status >= 300 && status < 400)) return undefined;
  const header = listOf(fieldOf(response, 'headers')).find(
    (pair) => textOf(fieldOf(pair, 'name')).toLowerCase() === 'location',
  );
  const target = textOf(fieldOf(response, 'redirectURL')) || textOf(fieldOf(header, 'value'));
  const base = urlOf(entry);
  if (target === '' || !URL.canParse(target, base)) return undefined;
  return new URL(target, base).href.replace(/#.*$/s, '');
}

/** The language of the filter: words that all have to fit, and a few names for what words cannot say. Pure. */
import { KIND_WORDS, KINDS, type Kind, urlParts } from './format.ts';
import type { Model } from './model.ts';

/** Whether a call fits. */
export type Fits = (call: number) => boolean;

/** `-key:"two words"` */
const TERM = /(-?)(?:([a-z]+):)?(?:"([^"]*)"?|(\S+))/gi;

/** @param kinds that are let through; all when it is empty */
export function filterOf(model: Model, text: string, kinds: ReadonlySet<Kind>): Fits {
  const all: Fits[] = [...text.trim().matchAll(TERM)].map(([whole, minus, key = '', phrase, word = '']) => {
    const value = (phrase ?? word).toLowerCase();
    const fits = named(model, key.toLowerCase(), value) ?? words(model, minus ? whole.slice(1) : whole);
    return minus ? (call) => !fits(call) : fits;
  });
  if (kinds.size > 0) all.push((call) => kinds.has(model.kind(model.last(call))));
  if (all.length === 0) return () => true;
  return (call) => all.every((fits) => fits(call));
}

/** A word is looked for everywhere, unless it is a limit such as `>1s`. */
function words(model: Model, text: string): Fits {
  const sought = text.replaceAll('"', '').toLowerCase();
  const limit = limitOf(model, sought);
  if (limit !== undefined) return limit;
  const { texts } = model;
  return (call) => texts[call]!.includes(sought);
}

/** `undefined` for what is no name of ours, such as the scheme of a URL. */
function named(model: Model, key: string, value: string): Fits | undefined {
  const { columns, calls } = model;
  const some =
    (test: (row: number) => boolean): Fits =>
    (call) =>
      calls[call]!.rows.some(test);
  switch (key) {
    case 'status':
      return statusTest(model, value);
    case 'host':
      return some((row) => urlParts(columns.url[row]!).host.toLowerCase().includes(value));
    case 'method':
      return some((row) => model.method(row).toLowerCase() === value);
    case 'type':
      return some((row) => model.type(row).includes(value));
    case 'error':
      return some((row) => model.error(row) !== '' && model.error(row).toLowerCase().includes(value));
    case 'is':
      return isTest(model, value);
    default:
      return undefined;
  }
}

/** A class is that of the chips: how the call ended. A number is that of any of its steps. */
function statusTest(model: Model, value: string): Fits {
  const { calls, columns } = model;
  const sought = KINDS.find((kind) => KIND_WORDS[kind] === value);
  if (sought !== undefined) return (call) => model.kind(model.last(call)) === sought;
  return (call) => calls[call]!.rows.some((row) => String(columns.status[row]).startsWith(value));
}

/** `is:redirect`, `is:retry`, `is:broken`. Nothing fits another word, so that a slip shows. */
function isTest(model: Model, value: string): Fits {
  const { calls, columns } = model;
  if (value === 'redirect') return (call) => calls[call]!.redirects > 0 || model.kind(model.last(call)) === 'redirect';
  if (value === 'retry') return (call) => calls[call]!.retries > 0;
  if (value === 'broken') return (call) => columns.broken[model.last(call)] === 1;
  return () => false;
}

/** Milliseconds and bytes of each unit. */
const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, b: 1, kb: 1e3, mb: 1e6, gb: 1e9 };

/** `>1s`, `<20ms`, `>100kB`. */
function limitOf(model: Model, text: string): Fits | undefined {
  const [, sign, digits, unit] = /^([<>])(\d+(?:\.\d+)?)(ms|s|m|b|kb|mb|gb)$/.exec(text) ?? [];
  if (unit === undefined) return undefined;
  const limit = Number(digits) * UNITS[unit]!;
  const { size } = model.columns;
  const value = unit.endsWith('b')
    ? (call: number) => size[model.last(call)]!
    : (call: number) => model.calls[call]!.time;
  return (call) => (sign === '>' ? value(call) > limit : value(call) >= 0 && value(call) < limit);
}

/**
 * A line of a crawl as the report needs it: stricter than the crawl that goes on from it, which fetches again what it
 * doubts.
 */
import { type PageLine, pageLineOf } from '../crawl/page-line.ts';
import { fieldOf, msOf, numberOf } from './json-fields.ts';

/** `undefined` for what is no line of a crawl, or has members of other types. Unknown times and sizes are -1. */
export function crawlLine(text: string): PageLine | undefined {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    return undefined;
  }
  const line = pageLineOf(found);
  if (line === undefined) return undefined;
  const of = (name: string) => fieldOf(found, name) ?? undefined;
  const isTold = isStatus(of('status')) && isText(of('error')) && (line.status ?? line.error ?? '') !== '';
  if (!isTold || NUMBERS.some((name) => !isNumber(of(name)))) return undefined;
  if (TEXTS.some((name) => !isText(of(name))) || LISTS.some((name) => !isList(of(name)))) return undefined;
  return { ...line, ms: msOf(of('ms')), bytes: numberOf(of('bytes')), depth: numberOf(of('depth')) };
}

const NUMBERS = ['ms', 'bytes', 'depth'];
const TEXTS = ['from', 'message', 'type', 'location'];
const LISTS = ['links', 'via', 'invalid'];

// What is absent, or null, is unknown.
const isNumber = (value: unknown) => value === undefined || typeof value === 'number';
const isText = (value: unknown) => value === undefined || typeof value === 'string';
const isList = (value: unknown) => value === undefined || Array.isArray(value);

/** RFC 9110 section 15: three digits. */
function isStatus(value: unknown): boolean {
  return value === undefined || (Number.isInteger(value) && Number(value) >= 100 && Number(value) <= 999);
}

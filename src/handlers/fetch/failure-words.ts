/**
 * What a fetch says of a failure, where it has no code that the table of codes knows: Deno has words alone, Bun names of its
 * own.
 */
import { codeOf } from '../../message/error-codes.ts';

const BUN: Readonly<Record<string, string>> = {
  InvalidContentLength: 'HPE_INVALID_CONTENT_LENGTH',
  Malformed_HTTP_Response: 'HPE_INVALID',
  InvalidHTTPResponse: 'HPE_INVALID',
};

const WORDS: readonly (readonly [words: RegExp, code: string])[] = [
  [/\(os error 111\)|connection refused/i, 'ECONNREFUSED'],
  [/\(os error 104\)|connection reset/i, 'ECONNRESET'],
  [/dns error/i, 'ENOTFOUND'],
  [/connection closed before message completed/i, 'UND_ERR_SOCKET'],
  [/invalid (?:HTTP|content-length|header)\b.*parsed/i, 'HPE_INVALID'],
];

/**
 * The failure as the table of codes can read it. A fetch of the web says no more than `TypeError: Failed to fetch`, which is
 * no programmer's mistake.
 */
export function toldBy(cause: unknown): unknown {
  if (!(cause instanceof TypeError) || codeOf(cause) !== undefined) return cause;
  const told = new Error(cause.message, { cause: cause.cause ?? cause });
  const code = codeOfWords(cause);
  return code === undefined ? told : Object.assign(told, { code });
}

/** The code of the table that says the same; `undefined` when no word says anything. */
function codeOfWords(cause: TypeError): string | undefined {
  const { code } = cause as { code?: unknown };
  if (typeof code === 'string' && Object.hasOwn(BUN, code)) return BUN[code];
  const inner = cause.cause instanceof Error ? cause.cause.message : '';
  return WORDS.find(([words]) => words.test(`${cause.message} ${inner}`))?.[1];
}

/** What the body of an error answer says: its data, and its problem details (RFC 9457). */

/** Problem details (RFC 9457 section 3), with the server's own members beside them. */
export interface Problem {
  /** A URI that names the kind of problem; `'about:blank'` when the server names none. */
  readonly type: string;
  /** The kind in short, for people. */
  readonly title?: string;
  /** The status as the server that made the problem saw it. */
  readonly status?: number;
  /** What happened this time, for people. */
  readonly detail?: string;
  /** A URI of this occurrence. */
  readonly instance?: string;
  readonly [member: string]: unknown;
}

/** `application/json`, `text/json` and types with the suffix `+json`. */
const JSON_TYPE = /^[^;]*[/+]json\s*(?:;|$)/i;
const PROBLEM_TYPE = /^\s*application\/problem\+json\s*(?:;|$)/i;
/** Members that are texts (RFC 9457 section 3.1). */
const TEXTS = ['type', 'title', 'detail', 'instance'];

/**
 * The JSON value of a body whose type says JSON, and its text otherwise, or when it is no JSON; `undefined` for none.
 * @param parse in place of `JSON.parse`
 */
export function dataOf(text: string, type: string | null, parse: (text: string) => unknown = JSON.parse): unknown {
  if (text === '') return undefined;
  if (type === null || !JSON_TYPE.test(type)) return text;
  try {
    return parse(text);
  } catch {
    return text;
  }
}

/** Problem details in a body of their type; `undefined` for another one, and for a body that is no record. */
export function problemOf(text: string, type: string | null): Problem | undefined {
  if (type === null || !PROBLEM_TYPE.test(type)) return undefined;
  const data = dataOf(text, type);
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return undefined;
  const problem: Record<string, unknown> = Object.assign(Object.create(null), data);
  // RFC 9457 section 3.1: a member of another type than the one it has here counts as not given.
  for (const name of TEXTS) if (typeof problem[name] !== 'string') delete problem[name];
  if (!Number.isInteger(problem['status'])) delete problem['status'];
  // RFC 9457 section 3.1.1: this is the type of a problem that names none.
  problem['type'] ??= 'about:blank';
  return problem as Problem;
}

/** The words of the problem; `''` when it has none. @param phrase the reason phrase, which needs not be said twice */
export function wordsOf({ title, detail }: Problem, phrase: string): string {
  // RFC 9457 section 4.2.1: of "about:blank" the title is the phrase of the status.
  const words = [title === phrase ? undefined : title, detail === title ? undefined : detail];
  return words.filter((word) => word !== undefined && word.trim() !== '').join(': ');
}

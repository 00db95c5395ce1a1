/** What is known of a method by its name. Methods are case-sensitive (RFC 9110 section 9.1). */

/** RFC 9110 section 9.2.2: sent twice, they do no more than sent once. CONNECT, and what is unknown, are not among them. */
export const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE', 'QUERY']);

const KNOWN: ReadonlySet<string> = new Set([...IDEMPOTENT, 'POST', 'PATCH', 'CONNECT']);

/** The method of the standard that this one is but for its case, as in `patch`; `undefined` when it is none. */
export function methodMeant(method: string): string | undefined {
  const upper = method.toUpperCase();
  return upper !== method && KNOWN.has(upper) ? upper : undefined;
}

/** RFC 9110 section 8.6: those whose content has no defined meaning, so that without any they say no length of it. */
export const BODILESS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE']);

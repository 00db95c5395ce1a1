/** What is known of a method by its name. Methods are case-sensitive (RFC 9110 section 9.1). */

/** RFC 9110 section 9.2.2: sent twice, they do no more than sent once. CONNECT, and what is unknown, are not among them. */
export const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE', 'QUERY']);

/** RFC 9110 section 8.6: those whose content has no defined meaning, so that without any they say no length of it. */
export const BODILESS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE']);

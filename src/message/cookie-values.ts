/** Cookies as `response.cookies` shows them: what the server has set, without the rules of a jar. */
import type { HttpHeaders } from './headers.ts';

/** Name to value of every `Set-Cookie` line (RFC 6265 section 5.2), attributes left aside; the last of a name counts. */
export function cookiesOf(headers: HttpHeaders): Record<string, string> {
  const cookies: Record<string, string> = Object.create(null);
  for (const line of headers.getSetCookie()) {
    const pair = line.split(';', 1)[0]!;
    const equals = pair.indexOf('=');
    if (equals > 0) cookies[pair.slice(0, equals).trim()] = pair.slice(equals + 1).trim();
  }
  return cookies;
}

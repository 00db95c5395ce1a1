/** Which responses are redirects (RFC 9110 section 15.4). */
import type { HttpResponse } from '../message/response.ts';

/** 301, 302, 303, 307 and 308; 300, 304, 305 and 306 are answers like any other. */
export function isRedirectStatus(status: number): boolean {
  return status >= 301 && status <= 308 && (status <= 303 || status >= 307);
}

/** Whether the response sends the caller elsewhere: one of the five statuses, and a `Location`. */
export function isRedirect(response: HttpResponse): boolean {
  return isRedirectStatus(response.status) && response.headers.has('location');
}

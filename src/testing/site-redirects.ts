/** Routes of the test site for redirects and cookies: what a client carries from one request to the next. */
import { echo } from './site-basics.ts';
import {
  discardBody,
  fieldValue,
  type SiteCall,
  SiteRefusal,
  type SiteRoute,
  sendBytes,
  sendJson,
  wholeNumber,
} from './site-route.ts';

/** Any redirect status; 302 without one. */
async function redirect(call: SiteCall, location: string, cookies: string[] = []): Promise<void> {
  const status = wholeNumber(call.query.get('status'), 'status', 399, 302);
  if (status < 300) throw new SiteRefusal(400, 'status must be 300 to 399');
  await discardBody(call);
  const headers = { Location: fieldValue(location), ...(cookies.length > 0 && { 'Set-Cookie': cookies }) };
  sendBytes(call, `to ${location}\n`, { status, headers });
}

/** A chain of redirects that ends at `/echo`. The status is kept along it. */
function countDown(call: SiteCall): Promise<void> {
  const left = wholeNumber(call.params.n, 'the number of redirects', 1000);
  if (left === 0) return echo(call);
  const status = call.query.get('status');
  const next = left === 1 ? '/echo' : `/redirect/${left - 1}`;
  return redirect(call, status === null || left === 1 ? next : `${next}?status=${encodeURIComponent(status)}`);
}

/** To where the query says, which may be another origin or no URL at all. */
function redirectTo(call: SiteCall): Promise<void> {
  const url = call.query.get('url');
  if (url === null) throw new SiteRefusal(400, 'say where to: ?url=');
  return redirect(call, url);
}

/** Pairs as they came, a name that comes twice kept twice (RFC 6265 section 5.4 allows it). */
function receivedCookies(header: string | undefined): [string, string][] {
  return (header ?? '')
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const mark = part.indexOf('=');
      return mark < 0 ? ['', part] : [part.slice(0, mark), part.slice(mark + 1)];
    });
}

/** What came in `Cookie`, as a record and as pairs. */
function showCookies(call: SiteCall): void {
  const header = call.req.headers.cookie;
  const pairs = receivedCookies(header);
  sendJson(call, { cookies: Object.fromEntries(pairs), pairs, header: header ?? null });
}

/** Sets what the query says, and redirects to where it can be seen. */
function setCookies(call: SiteCall): Promise<void> {
  const lines = [...call.query]
    .filter(([name]) => name !== 'status')
    .map(([name, value]) => `${fieldValue(name)}=${fieldValue(value)}; Path=/`);
  return redirect(call, '/cookies', lines);
}

async function setRaw(call: SiteCall): Promise<void> {
  const lines = call.query.getAll('line').map(fieldValue);
  await discardBody(call);
  sendJson(call, { lines }, { headers: lines.length > 0 ? { 'Set-Cookie': lines } : {} });
}

function deleteCookies(call: SiteCall): Promise<void> {
  const lines = [...call.query.keys()]
    .filter((name) => name !== 'status')
    .map((name) => `${fieldValue(name)}=; Path=/; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT`);
  return redirect(call, '/cookies', lines);
}

export const redirectRoutes: readonly SiteRoute[] = [
  { path: '/redirect/:n', about: 'n relative redirects, then /echo; ?status=', answer: countDown },
  { path: '/redirect-to', about: '?url= and ?status= (302)', answer: redirectTo },
  { path: '/redirect-loop', about: 'to itself; ?status=', answer: (call) => redirect(call, '/redirect-loop') },
  { path: '/cookies', about: 'the cookies of the request', answer: showCookies },
  { path: '/cookies/set', about: '?name=value, then to /cookies', answer: setCookies },
  { path: '/cookies/set-raw', about: '?line= is a whole Set-Cookie line; repeatable', answer: setRaw },
  { path: '/cookies/delete', about: '?name, then to /cookies', answer: deleteCookies },
];

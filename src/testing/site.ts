/**
 * An httpbin-like site as a plain node:http listener. It serves the tests, the tour and users' own tests, over real
 * sockets: what a client does with a redirect, a cookie, a coding or a broken answer is seen on the wire, not in a mock.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { type Clock, systemClock } from '../time/clock.ts';
import { authRoutes } from './site-auth.ts';
import { basicRoutes } from './site-basics.ts';
import { bodyRoutes } from './site-bodies.ts';
import { codingRoutes } from './site-codings.ts';
import { faultRoutes } from './site-faults.ts';
import { redirectRoutes } from './site-redirects.ts';
import { type SiteCall, SiteRefusal, type SiteRoute, sendJson } from './site-route.ts';
import { SiteState } from './site-state.ts';
import { webSocketRoutes } from './site-websocket.ts';

/** Settings of the site. */
export interface SiteOptions {
  /** What `/delay`, `/drip` and their like wait on. */
  readonly clock?: Clock;
}

/** Every route of the site, in the order of its index page. */
export const siteRoutes: readonly SiteRoute[] = [
  ...basicRoutes,
  ...redirectRoutes,
  ...bodyRoutes,
  ...codingRoutes,
  ...authRoutes,
  ...faultRoutes,
  ...webSocketRoutes,
];

/** A route and its path, taken apart once. */
interface Candidate {
  readonly route: SiteRoute;
  readonly segments: readonly string[];
}

const candidates = indexRoutes(siteRoutes);

/** A new site with counters and nonces of its own. */
export function createSite(options: SiteOptions = {}): RequestListener {
  const state = new SiteState();
  const { clock = systemClock } = options;
  return (req, res) => {
    void answer(req, res, state, clock);
  };
}

/** One request: find the route, check the method, answer. A route that throws becomes a status. */
async function answer(req: IncomingMessage, res: ServerResponse, state: SiteState, clock: Clock): Promise<void> {
  const { path, query } = splitTarget(req.url ?? '/');
  const call: SiteCall = { req, res, path, params: {}, query, state, routes: siteRoutes, clock };
  try {
    if (path === '*') return optionsOfServer(call);
    const found = findRoute(path);
    if (!found) throw new SiteRefusal(404, `no route for ${path}; / lists them`);
    const methods = found.route.methods;
    if (methods && !methods.includes(req.method === 'HEAD' ? 'GET' : (req.method ?? ''))) {
      return notAllowed(call, methods);
    }
    await found.route.answer({ ...call, params: found.params });
  } catch (error) {
    fail(call, error);
  }
}

/** Origin form, and the absolute form that proxies are sent (RFC 9112 section 3.2). */
function splitTarget(target: string): { path: string; query: URLSearchParams } {
  const local = target.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '') || '/';
  const mark = local.indexOf('?');
  if (mark < 0) return { path: local, query: new URLSearchParams() };
  return { path: local.slice(0, mark) || '/', query: new URLSearchParams(local.slice(mark + 1)) };
}

function indexRoutes(routes: readonly SiteRoute[]): ReadonlyMap<string, readonly Candidate[]> {
  const index = new Map<string, Candidate[]>();
  for (const route of routes) {
    const segments = route.path.split('/').slice(1);
    const list = index.get(segments[0]!);
    if (list) list.push({ route, segments });
    else index.set(segments[0]!, [{ route, segments }]);
  }
  return index;
}

function findRoute(path: string): { route: SiteRoute; params: Record<string, string> } | undefined {
  const segments = path.split('/').slice(1);
  for (const candidate of candidates.get(segments[0]!) ?? []) {
    const params = matchSegments(candidate.segments, segments);
    if (params) return { route: candidate.route, params };
  }
  return undefined;
}

function matchSegments(pattern: readonly string[], segments: readonly string[]): Record<string, string> | undefined {
  const open = pattern.at(-1) === '*';
  const fixed = open ? pattern.length - 1 : pattern.length;
  if (open ? segments.length < fixed : segments.length !== fixed) return undefined;
  const params: Record<string, string> = {};
  for (let i = 0; i < fixed; i++) {
    const name = pattern[i]!;
    const value = segments[i]!;
    if (name.startsWith(':')) params[name.slice(1)] = decodeSegment(value);
    else if (name !== value) return undefined;
  }
  return params;
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new SiteRefusal(400, `a broken percent escape in ${segment}`);
  }
}

/** `OPTIONS *` asks about the server as a whole (RFC 9110 section 9.3.7). */
function optionsOfServer(call: SiteCall): void {
  if (call.req.method !== 'OPTIONS') throw new SiteRefusal(400, 'only OPTIONS may name *');
  call.res.writeHead(200, { Allow: 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, QUERY', 'Content-Length': 0 });
  call.res.end();
}

function notAllowed(call: SiteCall, methods: readonly string[]): void {
  const allow = methods.includes('GET') ? ['GET', 'HEAD', ...methods.filter((name) => name !== 'GET')] : methods;
  // RFC 9110 section 15.5.6: a 405 lists what is allowed.
  sendJson(
    call,
    { error: `${call.req.method} is not allowed here` },
    { status: 405, headers: { Allow: allow.join(', ') } },
  );
}

/** A route threw: its status and words, or the end of the connection where the head has gone out already. */
function fail(call: SiteCall, error: unknown): void {
  const { res } = call;
  if (res.destroyed) return;
  if (res.headersSent) {
    res.destroy();
    return;
  }
  const status = error instanceof SiteRefusal ? error.status : 500;
  sendJson(call, { error: error instanceof Error ? error.message : String(error) }, { status });
}

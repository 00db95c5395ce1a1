/**
 * Routes of the test site that show what was asked, and those with plain answers: statuses, methods, headers, informational
 * responses. As in the other `site-*.ts` files the table at the end lists them, and each function above is one route.
 */
import { STATUS_CODES } from 'node:http';
import {
  describeRequest,
  discardBody,
  fieldValue,
  headerMap,
  inviteBody,
  readBody,
  type SiteCall,
  SiteRefusal,
  type SiteRoute,
  sendBytes,
  sendJson,
  wholeNumber,
} from './site-route.ts';

/** Answers with a description of the request. */
export async function echo(call: SiteCall): Promise<void> {
  sendJson(call, describeRequest(call, await readBody(call)));
}

/** A route for one method, as `/get` and `/post`. */
function methodRoute(method: string): SiteRoute {
  return {
    path: `/${method.toLowerCase()}`,
    methods: [method],
    about: `what was asked; 405 unless ${method}`,
    answer: echo,
  };
}

/** The list of routes, for people. */
function index(call: SiteCall): void {
  const rows = call.routes.map(
    ({ path, methods, about }) =>
      `<tr><td><code>${escapeHtml(path)}</code></td><td>${methods?.join(' ') ?? 'any'}</td><td>${escapeHtml(about)}</td></tr>`,
  );
  const page = `<!doctype html>\n<title>sluice test site</title>\n<h1>Routes</h1>\n<table>\n${rows.join('\n')}\n</table>\n`;
  sendBytes(call, page, { type: 'text/html; charset=utf-8' });
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Any final status. Interim ones would leave the client waiting. */
async function status(call: SiteCall): Promise<void> {
  const code = wholeNumber(call.params.code, 'the status', 999);
  if (code < 200) throw new SiteRefusal(400, 'the status must be final: 200 to 999');
  await discardBody(call);
  const reason = fieldValue(call.query.get('reason') ?? STATUS_CODES[code] ?? 'Unknown');
  // RFC 9110 sections 15.3.5 and 15.4.5: these have no content, and no length of one.
  if (code === 204 || code === 304) {
    call.res.writeHead(code, reason);
    call.res.end();
    return;
  }
  // RFC 9110 section 15.3.6: a 205 has no content either, but says so.
  sendBytes(call, code === 205 ? '' : `${code} ${reason}\n`, { status: code, reason });
}

/** Sends what the query says as headers; a name that comes twice becomes two lines. */
function responseHeaders(call: SiteCall): void {
  const headers = new Map<string, string[]>();
  for (const [name, value] of call.query) {
    const list = headers.get(name) ?? [];
    list.push(fieldValue(value));
    headers.set(name, list);
  }
  try {
    for (const [name, values] of headers) call.res.setHeader(name, values.length === 1 ? values[0]! : values);
  } catch (error) {
    throw new SiteRefusal(400, (error as Error).message);
  }
  sendJson(call, Object.fromEntries(headers));
}

function trailers(call: SiteCall): void {
  // RFC 9110 section 6.6.2: the names are announced.
  call.res.writeHead(200, { 'Content-Type': 'text/plain', Trailer: 'X-Checksum, X-Count' });
  call.res.write('one\n');
  call.res.write('two\n');
  call.res.addTrailers({ 'X-Checksum': 'abc123', 'X-Count': '2' });
  call.res.end();
}

/** Waits until the 103 is on the wire before it answers. */
async function earlyHints(call: SiteCall): Promise<void> {
  await new Promise<void>((resolve) => {
    call.res.writeEarlyHints({ link: '</style.css>; rel=preload; as=style' }, resolve); // RFC 8297
  });
  sendJson(call, { hinted: true });
}

/** What `Expect: 100-continue` leads to: an invitation, or a final status instead. */
async function takeOrRefuse(call: SiteCall): Promise<void> {
  const refusal = call.query.get('refuse');
  if (refusal !== null) {
    // RFC 9110 section 10.1.1: a final status at once tells the client to keep its body.
    return sendJson(call, { continued: false }, { status: wholeNumber(refusal, 'refuse', 599, 417) });
  }
  const continued = inviteBody(call);
  sendJson(call, { continued, ...describeRequest(call, await readBody(call)) });
}

/** RFC 9110 sections 13.1.1 and 13.1.2: `If-Match` compares strongly, `If-None-Match` weakly. */
function entityTag(call: SiteCall): void {
  const tag = `"${fieldValue(call.params.tag ?? '').replaceAll('"', '')}"`;
  const { 'if-none-match': none, 'if-match': match } = call.req.headers;
  if (match !== undefined && match !== '*' && !splitTags(match).includes(tag)) {
    sendJson(call, { error: 'another tag' }, { status: 412, headers: { ETag: tag } });
  } else if (matchesNone(none, tag)) {
    call.res.writeHead(304, { ETag: tag });
    call.res.end();
  } else {
    sendJson(call, { tag }, { headers: { ETag: tag } });
  }
}

/** Whether `If-None-Match` names this entity: a client has it already. */
export function matchesNone(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false;
  return header.trim() === '*' || splitTags(header).some((one) => one.replace(/^W\//, '') === tag.replace(/^W\//, ''));
}

/** The entity tags of a list, weak marks included (RFC 9110 section 8.8.3). */
function splitTags(header: string): string[] {
  return header.match(/(?:W\/)?"[^"]*"/g) ?? [];
}

const json = {
  slideshow: {
    title: 'Sample',
    author: 'sluice',
    slides: [
      { title: 'One', type: 'all' },
      { title: 'Two', type: 'all', items: ['a', 'b'] },
    ],
  },
};

const html = '<!doctype html>\n<html lang="en"><head><title>Sample</title></head><body><h1>Sample</h1></body></html>\n';

export const basicRoutes: readonly SiteRoute[] = [
  { path: '/', methods: ['GET'], about: 'this list', answer: index },
  { path: '/echo', about: 'what was asked, as JSON', answer: echo },
  { path: '/anything', about: 'the same as /echo', answer: echo },
  { path: '/anything/*', about: 'the same as /echo, on any path', answer: echo },
  ...['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].map(methodRoute),
  { path: '/status/:code', about: 'this status; ?reason=', answer: status },
  {
    path: '/headers',
    about: 'the headers of the request',
    answer: (call) => sendJson(call, { headers: headerMap(call.req.rawHeaders) }),
  },
  { path: '/response-headers', about: '?name=value becomes a header of the response', answer: responseHeaders },
  { path: '/json', methods: ['GET'], about: 'a small JSON document', answer: (call) => sendJson(call, json) },
  {
    path: '/html',
    methods: ['GET'],
    about: 'a small HTML page',
    answer: (call) => sendBytes(call, html, { type: 'text/html; charset=utf-8' }),
  },
  { path: '/empty', about: '200 with Content-Length: 0', answer: (call) => sendBytes(call, '') },
  { path: '/etag/:tag', methods: ['GET'], about: 'ETag, If-None-Match (304), If-Match (412)', answer: entityTag },
  { path: '/trailers', methods: ['GET'], about: 'a chunked body with trailers', answer: trailers },
  { path: '/early-hints', about: '103, then 200', answer: earlyHints },
  { path: '/continue', about: 'Expect: 100-continue; ?refuse=417 answers at once', answer: takeOrRefuse },
  {
    path: '/unexpected-continue',
    about: 'a 100 that nobody asked for, then what was asked',
    answer: (call) => {
      call.res.writeContinue();
      return echo(call);
    },
  },
  {
    path: '/connection-close',
    about: 'what was asked, and the connection ends',
    answer: async (call) => {
      const body = await readBody(call);
      sendJson(call, describeRequest(call, body), { headers: { Connection: 'close' } });
    },
  },
];

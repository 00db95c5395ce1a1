/** The `Response` (WHATWG fetch sections 2.2.6, 5.3 and 5.5). */
import type { QueuedAnswer } from '../../../src/testing/server.ts';
import { outcome, type Rule, type Site, TERMINATED } from './rule.ts';

/** A GET whose answer has this status, these headers and this body. */
const answered = (site: Site, answer: QueuedAnswer) => {
  site.server.enqueue(answer);
  return site.url('/');
};
const given = (
  rule: string,
  answer: QueuedAnswer,
  look: (response: Response, site: Site) => unknown,
  is: unknown,
  more: Partial<Rule> = {},
): Rule => ({
  rule,
  run: async (fetch, site) => look(await fetch(answered(site, answer)), site),
  is,
  ...more,
});
const HELLO = { headers: { 'Content-Type': 'text/plain' }, body: 'hello' };

const attempt = (action: () => unknown): string => {
  try {
    action();
    return 'done';
  } catch (error) {
    return (error as Error).name;
  }
};

export const properties: readonly Rule[] = [
  given(
    'is a Response like any other',
    HELLO,
    (response) => [
      response instanceof Response,
      Object.getPrototypeOf(response) === Response.prototype,
      Object.prototype.toString.call(response),
      Object.keys(response),
      response.headers instanceof Headers,
      response.body instanceof ReadableStream,
    ],
    [true, true, '[object Response]', [], true, true],
  ),
  given(
    'type, status, ok, statusText, redirected, bodyUsed',
    HELLO,
    (one) => [one.type, one.status, one.ok, one.statusText, one.redirected, one.bodyUsed],
    ['basic', 200, true, 'OK', false, false],
  ),
  given('the URL that was asked', HELLO, (response, { url }) => response.url === url('/'), true),
  ...(['type', 'url', 'status', 'ok', 'redirected', 'headers', 'bodyUsed'] as const).map((name) =>
    given(
      `${name} cannot be written`,
      HELLO,
      (response) => attempt(() => Object.assign(response, { [name]: 1 })),
      'TypeError',
    ),
  ),
  ...[200, 201, 299, 300, 404, 418, 500, 599].map((status) =>
    given(`the status ${status}`, { status }, (one) => [one.status, one.ok], [status, status < 300]),
  ),
  ...[600, 700, 999].map((status) =>
    given(
      `the status ${status}, with its body`,
      { status, body: 'x' },
      async (one) => [one.status, one.ok, await one.clone().text(), one.clone().status],
      [status, false, 'x', status],
    ),
  ),
  ...[204, 205, 304].map((status) =>
    given(`no body with the status ${status}`, { status }, async (one) => [one.body, await one.text(), one.bodyUsed], [
      null,
      '',
      false,
    ]),
  ),
  {
    rule: 'no body of a HEAD, whose headers stay',
    run: async (fetch, site) => {
      const response = await fetch(answered(site, HELLO), { method: 'HEAD' });
      return [response.body, response.headers.get('content-type'), await response.text()];
    },
    is: [null, 'text/plain', ''],
  },
  given('an empty body is a body', { body: '' }, async (one) => [one.body !== null, await one.text()], [true, '']),
  given('the words of the status', { status: 200, reason: 'Fine é' }, (one) => one.statusText, 'Fine é', {
    node: ['Fine \ufffd'],
  }),
];

export const fields: readonly Rule[] = [
  ...(['set', 'append', 'delete'] as const).map((name) =>
    given(`headers.${name} is refused`, HELLO, ({ headers }) => attempt(() => headers[name]('x-a', '1')), 'TypeError'),
  ),
  given(
    'the headers of a clone cannot be changed',
    HELLO,
    (one) => attempt(() => one.clone().headers.set('x-a', '1')),
    'TypeError',
  ),
  given(
    'a copy of the headers can be changed',
    HELLO,
    ({ headers }) => {
      const copy = new Headers(headers);
      copy.set('x-a', '1');
      return copy.get('x-a');
    },
    '1',
  ),
  given(
    'lines of one name are joined',
    { headers: { 'X-A': ['1', '2'] } },
    ({ headers }) => headers.get('x-a'),
    '1, 2',
  ),
  given(
    'lines of Set-Cookie are not',
    { headers: { 'Set-Cookie': ['a=1', 'b=2'] } },
    ({ headers }) => [headers.getSetCookie(), headers.get('set-cookie')],
    [['a=1', 'b=2'], 'a=1, b=2'],
  ),
  given('bytes beyond ASCII are latin1', { headers: { 'X-A': 'é' } }, ({ headers }) => headers.get('x-a'), 'é'),
  given(
    'names are in lower case and sorted',
    { headers: { 'X-B': '1', 'X-A': '2' } },
    ({ headers }) => [...headers.keys()].filter((name) => name.startsWith('x-')),
    ['x-a', 'x-b'],
  ),
  {
    rule: 'Content-Encoding stays with a body that was decoded',
    run: async (fetch, { url }) => {
      const response = await fetch(url('/gzip'));
      return [response.headers.get('content-encoding'), typeof (await response.json())];
    },
    is: ['gzip', 'object'],
    difference: { name: 'Content-Encoding', is: [null, 'object'] },
  },
  given(
    'a body of an unknown coding stays as it is',
    { headers: { 'Content-Encoding': 'x-unknown' }, body: 'raw' },
    async (one) => [one.headers.get('content-encoding'), await one.text()],
    ['x-unknown', 'raw'],
  ),
];

const JSON_TYPE = { 'Content-Type': 'application/json' };

export const readers: readonly Rule[] = [
  given('text() drops the BOM', { body: '\ufeffa' }, (one) => one.text(), 'a'),
  given(
    'text() is UTF-8, whatever the charset',
    { headers: { 'Content-Type': 'text/plain; charset=iso-8859-1' }, body: 'é' },
    (one) => one.text(),
    'é',
  ),
  given('json()', { headers: JSON_TYPE, body: '{"a":[1]}' }, (one) => one.json(), { a: [1] }),
  given('json() of something else', { headers: JSON_TYPE, body: '{a' }, (one) => outcome(one.json()), 'SyntaxError'),
  given('json() of nothing', { body: '' }, (one) => outcome(one.json()), 'SyntaxError'),
  given('arrayBuffer()', HELLO, async (one) => (await one.arrayBuffer()).byteLength, 5),
  given(
    'blob() has the type',
    HELLO,
    async (one) => {
      const blob = await one.blob();
      return [blob.type, blob.size];
    },
    ['text/plain', 5],
  ),
  given(
    'formData() of fields',
    { headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, body: 'a=b+c&a=d' },
    async (one) => (await one.formData()).getAll('a'),
    ['b c', 'd'],
  ),
  given('formData() of something else', HELLO, (one) => outcome(one.formData()), 'TypeError'),
];

const twice = (name: 'text' | 'json' | 'arrayBuffer' | 'blob'): Rule =>
  given(
    `${name}() after text() is refused`,
    HELLO,
    async (one) => {
      await one.text();
      return [one.bodyUsed, await outcome(one[name]())];
    },
    [true, 'TypeError'],
  );

export const uses: readonly Rule[] = [
  ...(['text', 'json', 'arrayBuffer', 'blob'] as const).map(twice),
  given(
    'bodyUsed from the moment that reading begins',
    HELLO,
    async (one) => {
      const reading = one.text();
      const { bodyUsed } = one;
      await reading;
      return bodyUsed;
    },
    true,
  ),
  given(
    'clone() after reading is refused',
    HELLO,
    async (one) => {
      await one.text();
      return attempt(() => one.clone());
    },
    'TypeError',
  ),
  given(
    'clone() of a locked body is refused',
    HELLO,
    (one) => {
      one.body?.getReader();
      return attempt(() => one.clone());
    },
    'TypeError',
  ),
  given(
    'text() of a locked body is refused',
    HELLO,
    (one) => {
      one.body?.getReader();
      return outcome(one.text());
    },
    'TypeError',
  ),
  given(
    'a lock alone is no use',
    HELLO,
    (one) => {
      one.body?.getReader();
      return one.bodyUsed;
    },
    false,
  ),
  given(
    'a lock that was released does not hinder',
    HELLO,
    (one) => {
      one.body?.getReader().releaseLock();
      return one.text();
    },
    'hello',
  ),
  given(
    'a cancelled body was used',
    HELLO,
    async (one) => {
      await one.body?.cancel();
      return [one.bodyUsed, await outcome(one.text())];
    },
    [true, 'TypeError'],
  ),
  given(
    'clone() has everything',
    HELLO,
    async (one) => {
      const copy = one.clone();
      return [
        copy.type,
        copy.url === one.url,
        copy.status,
        copy.redirected,
        copy.headers.get('content-type'),
        await copy.text(),
        one.bodyUsed,
        await one.text(),
      ];
    },
    ['basic', true, 200, false, 'text/plain', 'hello', false, 'hello'],
  ),
  given(
    'a clone of a clone has everything',
    HELLO,
    async (one) => {
      const copy = one.clone().clone();
      return [copy.type, copy.url === one.url, await copy.text()];
    },
    ['basic', true, 'hello'],
  ),
  {
    rule: 'a clone of a redirected answer is redirected',
    run: async (fetch, { url }) => (await fetch(url('/redirect/1'))).clone().redirected,
    is: true,
  },
  given(
    'one clone may be dropped',
    { body: 'x'.repeat(200_000) },
    async (one) => {
      const copy = one.clone();
      // It settles when both were dropped.
      copy.body?.cancel();
      return (await one.text()).length;
    },
    200_000,
  ),
  given(
    'it can be made into another Response',
    HELLO,
    async (one) => {
      const copy = new Response(one.body, one);
      return [copy.status, copy.headers.get('content-type'), await copy.text(), one.bodyUsed];
    },
    [200, 'text/plain', 'hello', true],
  ),
];

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

export const bodyStreams: readonly Rule[] = [
  given(
    'body is the same stream each time',
    HELLO,
    (one) => {
      const { body } = one;
      return one.body === body;
    },
    true,
  ),
  given(
    'body can be iterated',
    HELLO,
    async (one) => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of one.body ?? []) chunks.push(chunk);
      return [text(Buffer.concat(chunks)), chunks.every((chunk) => chunk instanceof Uint8Array)];
    },
    ['hello', true],
  ),
  given(
    'a BYOB reader fills a view of its own',
    HELLO,
    async (one) => {
      const reader = one.body!.getReader({ mode: 'byob' });
      let read = '';
      let view = new Uint8Array(2);
      for (;;) {
        const { done, value } = await reader.read(view);
        if (done) return [read, value?.byteLength];
        read += text(value);
        view = new Uint8Array(value.buffer);
      }
    },
    ['hello', 0],
  ),
  given(
    'a BYOB reader of a clone',
    HELLO,
    async (one) => {
      const { value } = await one.clone().body!.getReader({ mode: 'byob' }).read(new Uint8Array(9));
      return text(value!);
    },
    'hello',
  ),
  given(
    'a BYOB reader of an empty body',
    { body: '' },
    async (one) => {
      const { done, value } = await one.body!.getReader({ mode: 'byob' }).read(new Uint8Array(9));
      return [done, value?.byteLength];
    },
    [true, 0],
  ),
  given(
    'body can be piped through a TransformStream',
    HELLO,
    async (one) => {
      const through = one.body!.pipeThrough(new TextDecoderStream());
      let read = '';
      for await (const piece of through) read += piece;
      return read;
    },
    'hello',
  ),
  given(
    'tee() gives two',
    HELLO,
    async (one) => {
      const [left, right] = one.body!.tee();
      return [await new Response(left).text(), await new Response(right).text(), one.bodyUsed];
    },
    ['hello', 'hello', true],
  ),
  given(
    'a large body comes whole',
    { body: 'x'.repeat(3_000_000) },
    async (one) => (await one.arrayBuffer()).byteLength,
    3_000_000,
  ),
];

const broken = (rule: string, path: string, read: (response: Response) => Promise<unknown>): Rule => ({
  rule,
  run: async (fetch, { url }) => outcome(read(await fetch(url(path)))),
  is: TERMINATED,
});

export const failures: readonly Rule[] = [
  ...(['text', 'json', 'arrayBuffer', 'blob'] as const).map((name) =>
    broken(`${name}() of a body that is cut`, '/close-in-body', (one) => one[name]()),
  ),
  broken('a reader of a body that is cut', '/close-in-body', async (one) => {
    const reader = one.body!.getReader();
    while (!(await reader.read()).done);
  }),
  broken('a clone of a body that is cut', '/close-in-body', (one) => one.clone().text()),
  broken('a body that is reset', '/reset-in-body', (one) => one.text()),
  broken('a body of broken chunks', '/bad-chunk', (one) => one.text()),
  { ...broken('a body of broken gzip', '/gzip-truncated', (one) => one.text().then(() => 'a part')), node: ['a part'] },
];

import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Call } from '../../src/call/call.ts';
import { HttpHeaders } from '../../src/message/headers.ts';
import { INSPECT } from '../../src/message/inspected.ts';
import { HttpRequest } from '../../src/message/request.ts';
import { HttpResponse } from '../../src/message/response.ts';
import { walked } from '../security/secret-places.ts';

const request = new HttpRequest('GET', 'http://h.test/?token=s3cret', { Authorization: 'Bearer s3cret' });
request.call = new Call(0);
const response = new HttpResponse(200, { 'Set-Cookie': 'sid=s3cret' }, 'body', '1.1', 'OK', {
  request,
  handler: 'mock',
});
const values = [request, response, new HttpHeaders({ Authorization: 's3cret' })] as const;

describe('a message that is shown', () => {
  it.each(values)('is JSON after its name where the caller has no inspect, as chai 4 and 5 do', (value) => {
    const shown = (value as HttpRequest)[INSPECT](2, {});
    expect(shown).toBe(`${value.constructor.name} ${JSON.stringify(value)}`);
    expect(shown).not.toContain('s3cret');
  });

  it.each(values)("is written by the caller's inspect where there is one", (value) => {
    expect(inspect(value, { showHidden: true })).toContain(`${value.constructor.name} {`);
    expect(inspect(value, { showHidden: true })).not.toContain('s3cret');
  });

  it('has the fields of its value and nothing else by its keys', () => {
    expect(Object.keys(request)).toEqual(['method', 'url', 'headers', 'body', 'protocolVersion']);
    expect(Object.keys(response).sort()).toEqual(
      'attempts headers protocolVersion redirects sink status statusText timings url'.split(' '),
    );
    expect(walked(response)).not.toContain('s3cret');
    expect(Object.keys({ ...request.with({ method: 'PUT' }) })).toEqual(Object.keys(request));
  });
});

describe('the body of a response that is shown', () => {
  const make = (body: string | Uint8Array, type = 'application/json') =>
    new HttpResponse(200, { 'Content-Type': type }, body, '1.1', 'OK', { request });

  it('is not there before somebody has read it', () => {
    expect(inspect(make('{"a":1}'))).not.toContain('body');
    expect(Object.keys(make('{"a":1}').toJSON())).not.toContain('body');
  });

  it.each<[string, (given: HttpResponse) => unknown]>([
    ['json()', (given) => given.json()],
    ['text()', (given) => given.text()],
    ['bytes()', (given) => given.bytes()],
    ['json() of the promise of a call', (given) => given.jsonNow()],
  ])('is there once %s has read it, also of a copy', async (_, read) => {
    const given = make('{"a":1}');
    await read(given);
    for (const one of [given, given.withHeader('X-A', 'b')]) {
      expect(one.toJSON()).toMatchObject({ body: '{"a":1}' });
      expect(inspect(one)).toContain(`body: '{"a":1}'`);
    }
  });

  it.each([
    ['a member whose name says so', '{"access_token":"hush","b":1}', '{"access_token":"***","b":1}'],
    ['a field of a form', 'password=hush&b=1', 'password=***&b=1'],
    ['the echo of a header', 'you sent Bearer s3cret', 'you sent ***'],
  ])('has no secret in it: %s', async (_, body, shown) => {
    const given = make(body, 'text/plain');
    await given.text();
    expect(given.toJSON()).toMatchObject({ body: shown });
  });

  it.each<[string, string | Uint8Array, string]>([
    ['a long text is cut', 'x'.repeat(1001), `${'x'.repeat(1000)} (truncated...)`],
    ['never within a character', `${'x'.repeat(999)}\u{1F600}x`, `${'x'.repeat(999)} (truncated...)`],
    ['nor where the rest is not looked at', `\u20ac${'x'.repeat(70_000)}`, `\u20ac${'x'.repeat(999)} (truncated...)`],
    ['bytes that are no text are counted', new Uint8Array([0xff, 0, 1]), '(3 bytes)'],
    ['an empty one is empty', '', ''],
  ])('is short: %s', async (_, body, shown) => {
    const given = make(body);
    await given.bytes();
    expect(given.toJSON()).toMatchObject({ body: shown });
  });
});

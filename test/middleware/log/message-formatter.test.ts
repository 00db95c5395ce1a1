import { hostname } from 'node:os';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { NetworkError } from '../../../src/message/errors.ts';
import { HttpRequest } from '../../../src/message/request.ts';
import { HttpResponse } from '../../../src/message/response.ts';
import { MessageFormatter } from '../../../src/middleware/log/message-formatter.ts';
import { streamed } from '../../support/fake-handler.ts';

const request = new HttpRequest('POST', 'http://h:81/a?b=c', { 'X-A': ['1', '2'], 'User-Agent': 'me' }, 'sent', '2');
const response = new HttpResponse(201, { 'X-B': ['3', '4'], 'Content-Length': 8 }, 'received', '1.0', 'Made');

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date(2026, 0, 2, 3, 4, 5) });
});
afterEach(() => {
  vi.useRealTimers();
});

const format = (template: string, ...args: [HttpResponse?, unknown?]) =>
  new MessageFormatter(template).format(request, ...args);

const requestHead = 'POST /a?b=c HTTP/2\r\nHost: h:81\r\nX-A: 1\r\nX-A: 2\r\nUser-Agent: me';
const responseHead = 'HTTP/1.0 201 Made\r\nX-B: 3\r\nX-B: 4\r\nContent-Length: 8';

it.each<[placeholder: string, withResponse: string, without?: string]>([
  ['{request}', `${requestHead}\r\n\r\nsent`],
  ['{response}', `${responseHead}\r\n\r\nreceived`, ''],
  ['{req_headers}', requestHead],
  ['{res_headers}', responseHead, 'NULL'],
  ['{req_body}', 'sent'],
  ['{res_body}', 'received', 'NULL'],
  ['{method}', 'POST'],
  ['{version}', '2'],
  ['{req_version}', '2'],
  ['{res_version}', '1.0', 'NULL'],
  ['{uri}', 'http://h:81/a?b=c'],
  ['{url}', 'http://h:81/a?b=c'],
  ['{target}', '/a?b=c'],
  ['{host}', 'h:81'],
  ['{hostname}', hostname()],
  ['{code}', '201', 'NULL'],
  ['{phrase}', 'Made', 'NULL'],
  ['{error}', 'NULL'],
  ['{req_header_X-A}', '1, 2'],
  ['{req_header_x-a}', '1, 2'],
  ['{req_header_X-None}', ''],
  ['{res_header_X-B}', '3, 4', 'NULL'],
  ['{res_header_X-None}', '', 'NULL'],
  ['{ method }', 'POST'],
  ['{unknown}', ''],
  ['{constructor}', ''],
  ['{not a name}', '{not a name}'],
  ['a{method}b{code}c', 'aPOSTb201c', 'aPOSTbNULLc'],
])('%s', (template, withResponse, without = withResponse) => {
  expect(format(template, response)).toBe(withResponse);
  expect(format(template)).toBe(without);
});

it('writes dates', () => {
  vi.stubEnv('TZ', 'UTC');
  expect(format('{ts}')).toBe(format('{date_iso_8601}'));
  expect(format('{ts}')).toMatch(/^2026-01-0[123]T\d\d:\d\d:05\+00:00$/);
  expect(format('{date_common_log}')).toMatch(/^02\/Jan\/2026:03:04:05 [+-]\d{4}$/);
  vi.unstubAllEnvs();
});

it.each([
  [300, '-0500'],
  [-330, '+0530'],
  [0, '+0000'],
])('writes the zone of a clock that is %i minutes behind UTC as %s', (behind, zone) => {
  const offset = vi.spyOn(Date.prototype, 'getTimezoneOffset').mockReturnValue(behind);
  expect(format('{date_common_log}')).toMatch(/^02\/Jan\/2026:03:04:05 /);
  expect(format('{date_common_log}').split(' ')[1]).toBe(zone);
  offset.mockRestore();
});

it('writes the message of an error', () => {
  expect(format('{error}', undefined, new NetworkError('reset', request))).toBe('POST http://h:81/a?b=c: reset');
  expect(format('{error}', undefined, 'text')).toBe('text');
});

it('does not read what stands in a value as a template', () => {
  expect(new MessageFormatter('{req_body}').format(new HttpRequest('POST', 'http://h/', {}, '{code}'))).toBe('{code}');
});

it('leaves a streamed body unread', () => {
  const stream = streamed();
  expect(format('{res_body}', stream.response)).toBe('RESPONSE_NOT_LOGGEABLE');
  expect(stream.response.bodyUsed).toBe(false);
  expect(format('{res_body}', response.with({ sink: '/tmp/x' }))).toBe('RESPONSE_NOT_LOGGEABLE');
  expect(new MessageFormatter('{req_body}').format(new HttpRequest('POST', 'http://h/', {}, ['x']))).toBe('[stream]');
});

describe('presets', () => {
  it('CLF, which is the default', () => {
    const line = new RegExp(`^${hostname()} me - \\[02/Jan/2026:03:04:05 [+-]\\d{4}\\] "POST /a\\?b=c HTTP/2" 201 8$`);
    for (const template of [MessageFormatter.CLF, undefined, null, '']) {
      expect(new MessageFormatter(template).format(request, response)).toMatch(line);
    }
  });

  it('SHORT', () => {
    expect(format(MessageFormatter.SHORT, response)).toMatch(/^\[2026-.*\+00:00\] "POST \/a\?b=c HTTP\/2" 201$/);
  });

  it('DEBUG', () => {
    expect(format(MessageFormatter.DEBUG, response)).toBe(
      `>>>>>>>>\n${requestHead}\r\n\r\nsent\n<<<<<<<<\n${responseHead}\r\n\r\nreceived\n--------\nNULL`,
    );
  });
});

it('masks every secret, whatever the template asks for', () => {
  const secretive = new HttpRequest(
    'POST',
    'http://user:SECRET0@h/?api_key=SECRET1&mine=SECRET2',
    { Authorization: 'Basic SECRET3', Cookie: 'a=SECRET4', 'X-Mine': 'SECRET5' },
    'password=SECRET6&a=b',
  );
  const answer = new HttpResponse(
    401,
    { 'Set-Cookie': 'a=SECRET7', 'X-Echo': 'Basic SECRET3' },
    '{"token": "SECRET8", "echo": "SECRET9-password"}',
  );
  const all =
    '{request}{response}{req_headers}{res_headers}{req_body}{res_body}{uri}{url}{target}{host}{error}' +
    '{req_header_Authorization}{req_header_Cookie}{req_header_X-Mine}{res_header_Set-Cookie}{res_header_X-Echo}';
  const error = new Error('no route to http://user:SECRET0@h/?api_key=SECRET1');
  const options = { redact: ['mine', 'x-mine'], auth: ['user', 'SECRET9-password'] as const };
  const text = new MessageFormatter(all).format(secretive, answer, error, options);
  expect(text).toContain('***');
  expect(text).not.toMatch(/SECRET\d/);
});

it('takes nothing but a string', () => {
  expect(() => new MessageFormatter(5 as never)).toThrow(
    new TypeError('a message template must be a string, got number'),
  );
});

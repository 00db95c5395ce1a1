import { expect, it, vi } from 'vitest';
import { ClientError, NetworkError } from '../../../src/message/errors.ts';
import { HttpRequest } from '../../../src/message/request.ts';
import { HttpResponse } from '../../../src/message/response.ts';
import { type Logger, log } from '../../../src/middleware/log/log.ts';
import { MessageFormatter } from '../../../src/middleware/log/message-formatter.ts';
import { answering, rejection } from '../../support/fake-handler.ts';

const get = new HttpRequest('GET', 'http://h/a?token=SECRET&b=c');
const logger = () => ({ info: vi.fn(), error: vi.fn(), debug: vi.fn() });
const LINE = '{method} {uri} {code} {error}';

it('logs a response at info', async () => {
  const lines = logger();
  await log(lines, LINE)(answering(new HttpResponse(200)).handler)(get, {});
  expect(lines.info.mock.calls).toEqual([['GET http://h/a?token=***&b=c 200 NULL']]);
  expect(lines.error).not.toHaveBeenCalled();
});

it('logs a response at the level that is given', async () => {
  const lines = logger();
  await log(lines, LINE, 'debug')(answering(new HttpResponse(200)).handler)(get, {});
  expect(lines.debug).toHaveBeenCalledOnce();
});

it('logs a failure at error, which passes', async () => {
  const lines = logger();
  const failure = new NetworkError('reset', get);
  expect(await rejection(log(lines, LINE, 'debug')(answering(failure).handler)(get, {}))).toBe(failure);
  expect(lines.error.mock.calls).toEqual([['GET http://h/a?token=***&b=c NULL GET http://h/a?token=***&b=c: reset']]);
  expect(lines.debug).not.toHaveBeenCalled();
});

it('logs the response that an error carries', async () => {
  const lines = logger();
  const failure = new ClientError('not found', { request: get, response: new HttpResponse(404) });
  await rejection(log(lines, '{code}')(answering(failure).handler)(get, {}));
  expect(lines.error).toHaveBeenCalledWith('404');
});

it('masks what the options add', async () => {
  const lines = logger();
  const request = new HttpRequest('GET', 'http://h/?mine=SECRET');
  await log(lines, '{uri}')(answering(new HttpResponse(200)).handler)(request, { redact: ['mine'] });
  expect(lines.info).toHaveBeenCalledWith('http://h/?mine=***');
});

it('calls a method of the logger as one', async () => {
  const lines: string[] = [];
  class Pino {
    readonly prefix = 'pino: ';
    info(line: string): void {
      lines.push(this.prefix + line);
    }
    error(): void {}
  }
  await log(new Pino(), '{code}')(answering(new HttpResponse(200)).handler)(get, {});
  expect(lines).toEqual(['pino: 200']);
});

it('takes console, a formatter, and a template left out', async () => {
  const info = vi.spyOn(console, 'info').mockImplementation(() => undefined);
  await log(console)(answering(new HttpResponse(200)).handler)(get, {});
  await log(console, new MessageFormatter('{code}'))(answering(new HttpResponse(200)).handler)(get, {});
  expect(info.mock.calls).toEqual([[expect.stringContaining('"GET /a?token=***&b=c HTTP/1.1" 200')], ['200']]);
  info.mockRestore();
});

it('never changes the outcome: what the logger throws is dropped', async () => {
  const fail = () => {
    throw new Error('disk full');
  };
  const layer = log({ info: fail, error: fail });
  expect((await layer(answering(new HttpResponse(204)).handler)(get, {})).status).toBe(204);
  const failure = new NetworkError('reset', get);
  expect(await rejection(layer(answering(failure).handler)(get, {}))).toBe(failure);
});

it.each([
  [undefined, undefined, 'a method "info", got undefined'],
  [{ info: (): void => undefined }, undefined, 'a method "error", got Object'],
  [{ info: (): void => undefined, error: (): void => undefined }, 'warn', 'a method "warn", got Object'],
])('refuses a logger without its methods', (given, level, message) => {
  expect(() => log(given as Logger, '', level as 'warn')).toThrow(message);
});

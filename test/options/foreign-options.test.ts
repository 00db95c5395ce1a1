import { describe, expect, it } from 'vitest';
import { Client, HandlerStack, HttpRequest, HttpResponse } from '../../src/index.ts';
import { foreignNames, oursFor } from '../../src/options/foreign-options.ts';
import { checkOptions, optionNames } from '../../src/options/option-rules.ts';
import type { RequestOptions } from '../../src/options/options.ts';

const check = (options: object, declared?: string[]) => checkOptions(options as RequestOptions, declared);
let sent = 0;
const handler = () =>
  HandlerStack.create(async () => {
    sent += 1;
    return new HttpResponse(200);
  });
const client = new Client({ handler: handler(), baseUri: 'http://h/' });

describe('names of other clients', () => {
  it.each([
    ['params', '`query`'],
    ['searchParams', '`query`'],
    ['qs', '`query`'],
    ['data', '`json`, `formParams`, `multipart` or `body`'],
    ['form', '`formParams`'],
    ['formData', '`multipart`'],
    ['prefixUrl', '`baseUri`'],
    ['responseType', 'a method of the answer'],
    ['throwHttpErrors', '`httpErrors`'],
    ['validateStatus', '`httpErrors` here; the other way round'],
    ['followRedirect', '`allowRedirects`'],
    ['follow_redirects', '`allowRedirects`'],
    ['maxRedirects', '`allowRedirects: { max }`'],
    ['hooks', 'a layer'],
    ['interceptors', 'a layer'],
    ['username', '`auth: [user, password]`'],
    ['method', 'an argument'],
    ['retries', '`retry`'],
    ['cancelToken', '`signal`'],
    ['cookieJar', '`cookies`'],
    ['dispatcher', '`handler`'],
    ['rejectUnauthorized', '`verify`'],
    ['save_to', '`sink`'],
    ['onUploadProgress', '`progress`'],
    ['enableUnixSockets', '`socketPath`'],
    ['allowedSocketPaths', '`socketPath`'],
    ['h2session', 'not there'],
    ['cacheOptions', '`cache`'],
    ['preserveHooks', 'a layer'],
    ['copyPipedHeaders', 'not there'],
    ['strictContentLength', 'not needed'],
    ['sensitiveHeaders', 'not there'],
    ['transitional', 'not there'],
    ['env', 'not there'],
  ])('%s is %s here', async (name, ours) => {
    const words = `is ${ours}`;
    expect(() => check({ [name]: 1 })).toThrow(`there is no option "${name}"; \``);
    expect(() => check({ [name]: 'planted' })).toThrow(TypeError);
    expect(() => check({ [name]: 'planted' })).toThrow(words);
    expect(() => check({ [name]: 'planted' })).not.toThrow('planted');
    expect(() => new Client({ [name]: 1 })).toThrow(words);
    sent = 0;
    await expect(client.post('x', { [name]: 1, json: {} } as never)).rejects.toThrow(words);
    await client.beacon('x', { [name === 'method' ? 'data' : name]: 1 } as never).done;
    expect(sent).toBe(0);
  });

  it('has no name that is an option, here or in the plans of the design', () => {
    const planned =
      'cache idempotencyKey parseJson stringifyJson items next maxPages maxItems protocols compression mask maxPayload autoPong onError digest segments resume'.split(
        ' ',
      );
    expect(foreignNames.filter((name) => optionNames.includes(name) || planned.includes(name))).toEqual([]);
    for (const name of planned)
      if (!optionNames.includes(name)) expect(check({ [name]: 1 }), name).toHaveProperty(name, 1);
    expect(foreignNames.length).toBeGreaterThanOrEqual(50);
  });

  it('knows no name of Object.prototype', () => {
    expect(['constructor', 'toString', '__proto__'].map(oursFor)).toEqual([undefined, undefined, undefined]);
  });

  it.each(foreignNames)('%s passes when a layer has declared it', (name) => {
    expect(check({ [name]: 1 }, [name])).toHaveProperty(name, 1);
  });
});

describe('names within the records of other clients', () => {
  it.each([
    ['retry', { statusCodes: [500] }, 'there is no option "retry.statusCodes"; `statusCodes` is `statuses` here'],
    [
      'retry',
      { limit: 2, calculateDelay: () => 1 },
      '`calculateDelay` is `delay` here; 0 is at once, and `decider` gives up',
    ],
    ['retry', { errorCodes: [] }, '`errorCodes` is `decider` here'],
    ['retry', { backoffLimit: 5 }, '`backoffLimit` is `maxDelay` here'],
    ['retry', { noise: 5 }, '`noise` is `delay`, a function here'],
    ['retry', { retries: 3 }, '`retries` is `limit` here'],
    ['retry', { retryDelay: () => 1 }, '`retryDelay` is `delay` here'],
    ['retry', { retryCondition: () => true }, '`retryCondition` is `decider` here'],
    ['retry', { retry_condition: () => true }, '`retryCondition` is `decider` here'],
    ['retry', { shouldRetry: () => true }, '`shouldRetry` is `decider` here'],
    ['timeout', { request: 5000 }, 'there is no option "timeout.request"; `request` is `timeout`, a duration here'],
    ['timeout', { response: 5000 }, '`response` is `headersTimeout` here'],
    ['timeout', { connect: 5000 }, '`connect` is `connectTimeout` here'],
    ['timeout', { socket: 5000 }, '`socket` is `readTimeout` here'],
    ['timeout', { send: 5000 }, '`send` is not there here; `timeout` limits the whole call'],
    ['allowRedirects', { maxRedirects: 5 }, '`maxRedirects` is `max` here'],
  ])('%s: %o is told by our name', (option, record, words) => {
    expect(() => check({ [option]: record })).toThrow(TypeError);
    expect(() => check({ [option]: record })).toThrow(words);
  });

  it.each([
    ['timeout', {}, 'option timeout must be milliseconds'],
    ['timeout', { constructor: 1 }, 'option timeout must be milliseconds'],
    ['retry', { toString: 1 }, 'there is no option "retry.toString"'],
  ])('%s: %o is refused as ever', (option, record, words) => {
    expect(() => check({ [option]: record })).toThrow(words);
  });
});

describe('a record in the place of options', () => {
  it.each(['post', 'put', 'patch'] as const)('is told to be a body: client.%s', async (verb) => {
    sent = 0;
    const answer = client[verb]('x', { name: 'Ada', born: 1815 } as never);
    await expect(answer).rejects.toThrow(TypeError);
    await expect(answer).rejects.toThrow('none of "name", "born" is an option; to send a record as the body of a');
    expect(sent).toBe(0);
  });

  it('shows no value of it', async () => {
    const body = { pin: 'planted', first: 1, second: 2, third: 3 };
    await expect(client.post('x', body as never)).rejects.not.toThrow('planted');
    await expect(client.post('x', body as never)).rejects.toThrow('none of "pin", "first", "second", ... is an option');
  });

  it('is one of options when a name is known, declared, or the request has its own body', async () => {
    sent = 0;
    await client.post('x', { tenant: 'a', timeout: 5 } as never);
    await client.post('x', {});
    await client.get('x', { tenant: 'a' } as never);
    await client.send(new HttpRequest('POST', 'http://h/', {}, 'x'), { tenant: 'a' } as never);
    const stack = handler();
    stack.push(Object.assign((next: never) => next, { options: ['tenant'] }) as never, 'tenant');
    expect(stack.declaredOptions).toContain('tenant');
    await new Client({ handler: stack }).post('http://h/', { tenant: 'a' } as never);
    expect(sent).toBe(5);
  });
});

describe('a client', () => {
  it.each(['http://x/', new URL('http://x/'), null, 5, ['http://x/'], () => 1])('is not made of %o', (given) => {
    expect(() => new Client(given as never)).toThrow(TypeError);
  });

  it('of a URL says where the URL goes', () => {
    expect(() => new Client('http://x/' as never)).toThrow('write new Client({ baseUri: ... })');
    expect(() => client.extend('http://x/' as never)).toThrow('write new Client({ baseUri: ... })');
  });
});

/** What a caller waits for holds the process: with nothing else left in it, Node would end with code 13 and no error. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { builtUrl } from '../support/built.ts';

it.each([
  [
    'the timeout of oauth2',
    'auth: oauth2({ timeout: 100, refresh: () => new Promise(() => undefined) })',
    'new HttpResponse(200)',
    'RequestError',
  ],
  [
    'the wait for the body of an error',
    'stream: true, readTimeout: 100',
    'new HttpResponse(400, {}, new ReadableStream())',
    'ClientError',
  ],
])('%s', { timeout: 60_000 }, async (_what, options, answer, name) => {
  const script = `
    import { Client, HandlerStack, HttpResponse, oauth2 } from ${JSON.stringify(builtUrl('src/index.ts'))};
    const client = new Client({ handler: HandlerStack.create(async () => ${answer}), ${options} });
    console.log(await client.get('http://a.test/').catch((error) => error.name));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
  expect(stdout.trim()).toBe(name);
});

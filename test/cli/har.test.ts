import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { main } from '../../src/cli/main.ts';
import type { Har } from '../../src/har/har-format.ts';
import { startServer, type TestServer } from '../../src/testing/server.ts';
import { faultsOfHar } from '../har/schema.ts';
import { fakeTerminal } from './fake-terminal.ts';

let server: TestServer;
let folder: string;
let file: string;
beforeEach(async () => {
  server = await startServer();
  folder = mkdtempSync(join(tmpdir(), 'sluice-cli-har-'));
  file = join(folder, 'x.har');
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

async function run(...args: string[]) {
  const terminal = fakeTerminal();
  const code = await main(args, terminal);
  return { code, out: terminal.out(), err: terminal.err() };
}
const entries = () => {
  const archive = JSON.parse(readFileSync(file, 'utf8')) as Har;
  expect(faultsOfHar(archive)).toEqual([]);
  return archive.log.entries;
};

describe('--har', () => {
  it('writes each hop of a request, with bodies and without secrets', async () => {
    const url = server.url('/redirect-to?url=/json&token=tops3cret');
    expect((await run('get', url, '-L', '--bearer', 'tops3cret', '--har', file)).code).toBe(0);
    const found = entries();
    expect(found.map(({ response }) => response.status)).toEqual([302, 200]);
    expect(JSON.parse(found[1]!.response.content.text!)).toBeTypeOf('object');
    expect(readFileSync(file, 'utf8')).not.toContain('tops3cret');
  });

  it('writes a request that failed', async () => {
    expect((await run('get', 'http://127.0.0.1:1/', '--har', file)).code).toBe(1);
    expect(entries()[0]?._error?.code).toBe('ERR_CONNECT_REFUSED');
  });

  it('writes the requests of a crawl', async () => {
    server.enqueue(
      { status: 404 },
      { headers: { 'Content-Type': 'text/html' }, body: '<a href="/json">x</a>' },
      { headers: { 'Content-Type': 'application/json' }, body: '{}' },
    );
    expect((await run('crawl', server.url('/'), '--har', file)).code).toBe(0);
    expect(entries().map(({ request }) => new URL(request.url).pathname)).toEqual(['/robots.txt', '/', '/json']);
    expect(entries()[1]?.response.content.text).toBeUndefined();
  });

  it('says that the file cannot be written', async () => {
    const { code, err } = await run('get', server.url('/json'), '--har', join(folder, 'x\0.har'));
    expect(code).not.toBe(0);
    expect(err).toContain('the HAR file');
    expect(existsSync(file)).toBe(false);
  });

  it('wants a file', async () => {
    expect(await run('get', server.url('/json'), '--har=')).toMatchObject({
      code: 2,
      err: expect.stringContaining('--har expects'),
    });
    expect((await run('crawl', server.url('/'), '--har=')).code).toBe(2);
  });
});

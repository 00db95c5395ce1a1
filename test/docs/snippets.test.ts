import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startServer, type TestServer } from '../../src/testing/index.ts';
import { root } from '../architecture/imports.ts';
import { noRedis, RedisServer } from '../support/redis-server.ts';
import { pages, snippetsOf } from './snippets.ts';

/** Stands for a Redis of the test's own. */
const REDIS = 'redis://localhost:6379';
const folder = join(root, 'test/docs/.generated');
let server: TestServer;
/** The test site by its name, as on the pages: what goes by the name of a host is seen to. */
let site: string;
/** Started when the first snippet asks for it. */
let redis: Promise<RedisServer> | undefined;

beforeAll(async () => {
  server = await startServer();
  site = `http://localhost:${new URL(server.origin).port}`;
  mkdirSync(folder, { recursive: true });
});

afterAll(async () => {
  await server.close();
  await (await redis)?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs the code as a module, in an empty working folder, and gives back what it printed. */
async function run(code: string, file: string): Promise<string[]> {
  const printed: string[] = [];
  const log = vi.spyOn(console, 'log').mockImplementation((...values: unknown[]) => {
    printed.push(values.map((value) => (typeof value === 'string' ? value : inspect(value))).join(' '));
  });
  const path = join(folder, file);
  if (code.includes(REDIS)) redis ??= RedisServer.start();
  const placed = code.replaceAll('http://localhost:8080', site).replaceAll(REDIS, (await redis)?.url ?? REDIS);
  writeFileSync(path, `${placed}\nexport {};\n`);
  try {
    await import(/* @vite-ignore */ pathToFileURL(path).href);
  } finally {
    log.mockRestore();
  }
  return printed;
}

describe.each(pages())('%s', (page) => {
  const snippets = snippetsOf(page);
  for (const [i, { name, code, prints }] of snippets.entries()) {
    it.skipIf(noRedis !== undefined && code.includes(REDIS))(`runs the snippet at ${name}`, async () => {
      const printed = await run(code, `${page.replaceAll(/\W/g, '-')}-${i}.ts`);
      const asked = prints.map((text) => text.replaceAll('http://localhost:8080', site));
      expect(printed.filter((line) => asked.includes(line))).toEqual(asked);
    });
  }
  if (snippets.length === 0) {
    it('has no code', () => {
      expect(snippets).toEqual([]);
    });
  }
});

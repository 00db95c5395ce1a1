/** Forty points in time at which a download may be stopped, one after the other. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Client } from '../../src/index.ts';
import { startServer, type TestServer } from '../../src/testing/index.ts';
import { seededBytes } from '../../src/testing/site-payload.ts';
import { openFiles } from './open-files.ts';

const SIZE = 300_000;
const bytes = seededBytes(SIZE);
const sha256 = createHash('sha256').update(bytes).digest('hex');
let server: TestServer;
let client: Client;
let folder: string;

beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());
beforeEach(async () => {
  server.clear();
  client = new Client({ baseUri: server.origin });
  folder = await mkdtemp(join(tmpdir(), 'download-'));
});
afterEach(async () => {
  await client.close();
  await rm(folder, { recursive: true, force: true });
});

const left = async (): Promise<string[]> => (await readdir(folder)).sort();

describe('a download that its caller stops', () => {
  const turns = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
  };

  it.each([1, 3])('leaves nothing to come once it has rejected, whenever that is (segments: %d)', async (segments) => {
    for (let after = 0; after < 40; after++) {
      const stop = new AbortController();
      const where = join(folder, `${after}.bin`);
      const onHeaders = () => void turns(after).then(() => stop.abort());
      const options = { signal: stop.signal, digest: { sha256 }, segments, onHeaders };
      const isStopped = await client.download(`/bytes/${SIZE}`, where, options).then(
        () => false,
        (error: Error) => error.name === 'AbortError',
      );
      const found = [await left(), openFiles(folder).length];
      await turns(100);
      expect([await left(), openFiles(folder).length]).toEqual(found);
      // One that was stopped while it got its name has it.
      if (!isStopped || existsSync(where)) expect(readFileSync(where).equals(bytes)).toBe(true);
    }
  });

  it.each<[string, (client: Client, stop: AbortController) => unknown]>([
    ['destroy', (client) => client.destroy()],
    ['an abort', (_, stop) => stop.abort()],
  ])('leaves the path to the next one, however early %s comes', async (_, end) => {
    for (let after = 0; after < 40; after++) {
      const stop = new AbortController();
      const where = join(folder, `${after}.bin`);
      const stopped = new Client({ baseUri: server.origin });
      const over = stopped.download(`/bytes/${SIZE}`, where, { signal: stop.signal }).catch(() => undefined);
      await turns(after);
      await Promise.all([end(stopped, stop), over]);
      await client.download(`/bytes/${SIZE}`, where);
      await stopped.destroy();
    }
    expect((await left()).filter((name) => name.endsWith('.lock'))).toEqual([]);
  });
});

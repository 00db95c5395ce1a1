/** The recipes for tests, as a test would call them. nock patches the process: its recipe comes last. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withCassette, withExpectations, withNock, withRoutes } from '../../examples/testing.ts';
import { startServer } from '../../src/testing/index.ts';

describe('examples/testing.ts', () => {
  it('answers by path', async () => {
    expect(await withRoutes()).toEqual(['Hello, Ada!', 1]);
  });

  it('asks what is expected, a second time after a failure', async () => {
    expect(await withExpectations()).toEqual(['Hello, Ada!', 0]);
  });

  it('records once, and replays without the service and without a secret', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-cassette-'));
    const file = join(folder, 'users.har');
    const server = await startServer();
    server.enqueue({ headers: { 'Content-Type': 'application/json' }, body: '{"name":"Grace"}' });
    expect(await withCassette(file, 'record', server.origin)).toBe('Hello, Grace!');
    expect(server.requests[0]?.headers.authorization).toBe('Bearer s3cret');
    await server.close();
    expect(await withCassette(file, 'replay', server.origin)).toBe('Hello, Grace!');
    expect(await readFile(file, 'utf8')).not.toContain('s3cret');
    await rm(folder, { recursive: true });
  });

  it('is intercepted by nock', async () => {
    expect(await withNock()).toEqual(['Hello, Ada!', true]);
  });
});

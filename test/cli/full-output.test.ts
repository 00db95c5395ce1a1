import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startServer, type TestServer } from '../../src/testing/server.ts';
import { built } from '../support/built.ts';

const FULL = '/dev/full';

describe.skipIf(!existsSync(FULL))('standard output on a full disk (needs /dev/full)', () => {
  let server: TestServer;
  const folder = mkdtempSync(join(tmpdir(), 'full-output-'));
  beforeAll(async () => {
    server = await startServer({ listener: (_req, res) => void res.end('a page') });
  });
  afterAll(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });

  function run(args: readonly string[]): Promise<{ code: number | null; err: string }> {
    const full = openSync(FULL, 'w');
    const child = spawn(process.execPath, [built('src/cli/index.ts'), ...args], { stdio: ['ignore', full, 'pipe'] });
    closeSync(full);
    let err = '';
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      err += text;
    });
    return new Promise((resolve) => child.on('close', (code) => resolve({ code, err })));
  }

  it.each<[name: string, args: () => string[]]>([
    ['help', () => ['--help']],
    ['help of a command', () => ['crawl', '--help']],
    ['version', () => ['--version']],
    ['crawl', () => ['crawl', server.url('/')]],
    ['download', () => ['download', server.url('/'), '-o', join(folder, 'page')]],
    ['get', () => ['get', server.url('/')]],
    ['serve', () => ['serve', '--port', '0']],
  ])('is told by %s, with an exit code', async (_name, args) => {
    const { code, err } = await run(args());
    expect(err).toMatch(/^sluice: .*(?:disk is full|ENOSPC)/m);
    expect(code).toBe(1);
  });

  it('does not take away what a download has saved', async () => {
    await run(['download', server.url('/'), '-o', join(folder, 'kept')]);
    expect(readFileSync(join(folder, 'kept'), 'utf8')).toBe('a page');
  });
});

import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sluice } from './sluice-process.ts';

let folder: string;
let server: Server;
let url: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cache-process-'));
  server = createServer((_request, response) => {
    // A crawl reads no other kind.
    response.writeHead(200, { 'Cache-Control': 'max-age=60', 'Content-Type': 'text/html' });
    response.end('<p>a page</p>');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

const commands = ['get', 'crawl'];

it.each(commands)(
  '%s ends though the file system never answers its cache',
  async (command) => {
    const preload = join(folder, 'never.mjs');
    // A call that keeps the process alive and never ends, as one to a lost network drive.
    writeFileSync(
      preload,
      `import fs from 'node:fs';
     import { syncBuiltinESMExports } from 'node:module';
     fs.promises.rename = () => new Promise(() => setInterval(() => {}, 60_000));
     syncBuiltinESMExports();`,
    );
    const args = [command, url, '--cache', join(folder, 'c')];
    const { code, out, err } = await sluice(args, '', undefined, { NODE_OPTIONS: `--import=file://${preload}` }).ended;
    expect(code).toBe(0);
    expect(out).toContain(command === 'get' ? 'a page' : '1 page');
    expect(err).toContain("the cache's store did not answer set within 2000 ms; the call went on without it");
  },
  60_000,
);

it.runIf(existsSync('/proc/self')).each(commands)(
  '%s ends where no folder can be made',
  async (command) => {
    const args = [command, url, '--cache', '/proc/nope'];
    const { code, err } = await sluice(args).ended;
    expect(code).toBe(0);
    expect(err).toMatch(/could not be written: ENOENT/);
  },
  60_000,
);

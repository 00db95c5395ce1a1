import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startServer, type TestServer } from '../../src/testing/server.ts';
import { hasPseudoTerminal, inPseudoTerminal, type PseudoTerminal } from './pseudo-terminal.ts';

let server: TestServer;
let folder: string;
let running: PseudoTerminal | undefined;

beforeAll(async () => {
  server = await startServer();
  folder = mkdtempSync(join(tmpdir(), 'terminal-'));
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});
afterEach(async () => {
  server.clear();
  running?.child.kill('SIGKILL');
  await running?.ended;
  running = undefined;
});

const open = (...args: string[]): PseudoTerminal => {
  running = inPseudoTerminal(args);
  return running;
};
/** The next answer begins with these headers; the test writes its body. */
function nextAnswer(headers: Record<string, string>): Promise<ServerResponse> {
  return new Promise((resolve) => {
    server.enqueue((_, res) => {
      res.writeHead(200, headers);
      res.flushHeaders();
      resolve(res);
    });
  });
}

describe.runIf(hasPseudoTerminal)('sluice get on a real terminal', { timeout: 60_000 }, () => {
  it('shows each event of a stream that does not end as it comes', async () => {
    const answer = nextAnswer({ 'Content-Type': 'text/event-stream' });
    const terminal = open('get', server.url('/'));
    const response = await answer;
    for (const number of [1, 2, 3]) {
      response.write(`data: ${number}\n\n`);
      await terminal.shows(new RegExp(`data: ${number}\r\n`));
    }
    response.end();
    expect(await terminal.ended).toMatchObject({ code: 0 });
  });

  it('shows JSON that does not end as it comes, after a moment', async () => {
    const answer = nextAnswer({ 'Content-Type': 'application/json' });
    const terminal = open('get', server.url('/'));
    const response = await answer;
    response.write('[1,');
    await terminal.shows(/\[1,/);
    response.end('2]');
    expect((await terminal.ended).shown).toContain('[1,2]');
  });

  it('gets no escape sequence of a body, a head or a reason', async () => {
    server.enqueue((req) => {
      const head =
        'HTTP/1.1 200 O\x9bK\r\nX-Evil: a\x9b31mb\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n';
      req.socket.end(Buffer.from(`${head}\r\n\x1b]0;owned\x07 red \x1b[31m over\rwritten\r\n`, 'latin1'));
    });
    const { code, shown } = await open('get', server.url('/'), '-i', '-v').ended;
    expect(code).toBe(0);
    expect(shown).toContain('\\u001b]0;owned\\u0007 red \\u001b[31m over\\u000dwritten\r\n');
    expect(shown).toContain('X-Evil: a\\u009b31mb');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not come
    expect(shown).not.toMatch(/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/);
  });

  it('paints the progress of a download over one line, and keeps what came when it is interrupted', async () => {
    const answer = nextAnswer({ 'Content-Length': '1000000', ETag: '"a"' });
    const terminal = open('download', server.url('/'), '-o', join(folder, 'file.bin'));
    const response = await answer;
    response.write(Buffer.alloc(250_000));
    await terminal.shows(/25 %, 250\.0 kB of 1\.0 MB/);
    // Ctrl-C, as the terminal sends it.
    terminal.child.stdin!.write('\x03');
    await once(response, 'close');
    const { code, shown } = await terminal.ended;
    expect(code).toBe(130);
    expect(shown).toContain('the same command goes on');
    expect(readFileSync(join(folder, 'file.bin.part')).length).toBe(250_000);
  });
});

/** What the runtime prints of an error that nobody caught: it asks no `inspect` of ours, and goes five levels deep. */
import { execFile } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { startServer } from '../../src/testing/server.ts';
import { root } from '../architecture/imports.ts';
import { built } from '../support/built.ts';
import { matrixHandlers } from './fault-cells.ts';
import { leaks, secretAnswer } from './secret-places.ts';

const INTERNALS = /\bcall: |\bfacts: |\btransfer: |\bbytes: |Uint8Array|<Buffer/;

async function crashed(handler: string, way: string, url: string): Promise<string> {
  const args = ['--no-warnings', built('test/security/crashing-process.ts'), handler, way, url];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { cwd: root, timeout: 60_000 }, (error, _, stderr) => {
      if (error === null) reject(new Error('the process ended well'));
      else resolve(stderr);
    });
  });
}

function isFit(text: string, message: RegExp): void {
  expect(leaks(text)).toEqual([]);
  expect(text).not.toMatch(INTERNALS);
  expect(text).toMatch(message);
  expect(text).toMatch(/^ +at /m);
  expect(text).toMatch(/code: 'ERR_[A-Z_]+'/);
  expect(text.split('\n').length).toBeLessThan(40);
}

describe.each(Object.keys(matrixHandlers))('a process that dies of an error, over %s', (handler) => {
  it('prints message, stack and plain facts of a refused connection, and no secret', { timeout: 60_000 }, async () => {
    const text = await crashed(handler, 'rejection', 'http://127.0.0.1:1/');
    isFit(text, /ConnectError|NetworkError/);
    expect(text).toContain('access_token=***');
  });
});

describe('a process that dies of an error', () => {
  it.each(['rejection', 'cause', 'several'])(
    'prints no secret of a bad answer: %s',
    { timeout: 60_000 },
    async (way) => {
      const server = await startServer();
      const answer = secretAnswer(500);
      for (let i = 0; i < 2; i += 1) {
        server.enqueue((_, res) => {
          res.writeHead(500, [...answer.headers].flat()).end(Buffer.from(answer.bytesNow()!));
        });
      }
      isFit(await crashed('undici', way, server.url('/')), /ServerError: POST .*server error 500/);
      await server.close();
    },
  );

  it('prints no secret of a redirect that may not be followed', { timeout: 60_000 }, async () => {
    const server = await startServer();
    server.enqueue((_, res) => res.writeHead(302, { Location: 'ftp://ada:hush-location-4f9c1e@h/' }).end());
    isFit(await crashed('undici', 'rejection', server.url('/')), /RedirectError/);
    await server.close();
  });

  it('prints no secret of an answer that breaks off after a redirect', { timeout: 60_000 }, async () => {
    const server = await startServer();
    const { headers } = secretAnswer(500);
    server.enqueue((_, res) => res.writeHead(302, { Location: '/next' }).end());
    server.enqueue((_, res) => {
      res.writeHead(200, [...headers, ['Content-Length', '1000']].flat()).write('half', () => res.destroy());
    });
    isFit(await crashed('undici', 'rejection', server.url('/')), /BodyError/);
    await server.close();
  });
});

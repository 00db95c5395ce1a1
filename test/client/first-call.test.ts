/** The first call of a process ends while its transport is still being loaded, and the process with it. */
import { spawn } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { built } from '../support/built.ts';
import { type Site, startSite } from './ends/site.ts';

let one: Site;
let two: Site;

beforeAll(async () => {
  one = await startSite('1.1');
  two = await startSite('2');
});
afterAll(async () => {
  await one[Symbol.asyncDispose]();
  await two[Symbol.asyncDispose]();
});

/** What the process printed, its complaints included, and its exit code. */
async function run(...args: readonly string[]): Promise<{ printed: string; code: number | null }> {
  const env = { ...process.env, NODE_NO_WARNINGS: '1' };
  const child = spawn(process.execPath, [built('test/client/ends/first-call.ts'), ...args], { env });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (bytes: Buffer) => {
      printed += bytes;
    });
  }
  const code = await new Promise<number | null>((resolve) => void child.once('close', resolve));
  return { printed: printed.trim(), code };
}

const kinds = ['undici', 'stream', 'node', 'http2', 'fetch', 'beacon', 'download', 'WebSocket'] as const;

const ways: readonly (readonly [string, string])[] = [
  ['destroy', 'ERR_CLIENT_CLOSED, caused by the reason'],
  ['close, then destroy', 'ERR_CLIENT_CLOSED, caused by the reason'],
  ['signal', 'the reason'],
];

describe.each(kinds)('the first call, %s,', (kind) => {
  it.each(ways)('ends in its turn by %s, and nothing is sent', async (way, expected) => {
    const site = kind === 'http2' ? two : one;
    const before = site.asked.length;
    expect(await run(site.origin, kind, way, 'in its turn')).toEqual({ printed: expected, code: 0 });
    expect(site.asked.length).toBe(before);
  });
});

describe.each(['undici', 'stream', 'node', 'http2'] as const)('the first call, %s,', (kind) => {
  it('ends a turn later by destroy', async () => {
    const site = kind === 'http2' ? two : one;
    const expected = 'ERR_CLIENT_CLOSED, caused by the reason';
    expect(await run(site.origin, kind, 'destroy', 'a turn later')).toEqual({ printed: expected, code: 0 });
  });

  it('ends in its turn by cancel', async () => {
    const site = kind === 'http2' ? two : one;
    expect(await run(site.origin, kind, 'cancel', 'in its turn')).toEqual({ printed: 'the reason', code: 0 });
  });
});

it.each(['undici', 'node', 'http2', 'fetch', 'beacon'])('close lets the first call finish, %s', async (kind) => {
  const site = kind === 'http2' ? two : one;
  const printed = kind === 'beacon' ? '200' : 'answered';
  expect(await run(site.origin, kind, 'close', 'in its turn')).toEqual({ printed, code: 0 });
});

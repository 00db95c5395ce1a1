import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from './imports.ts';

/** The hard files of which each has a test of its own name. */
const MIRRORED = [
  'call/caller-stop.ts',
  'call/delay-queue.ts',
  'connect/dial.ts',
  'connect/tls.ts',
  'handlers/connections/connection-limits.ts',
  'handlers/connections/origin-connections.ts',
  'handlers/exchange/answer.ts',
  'handlers/exchange/phase-timer.ts',
  'handlers/exchange/transfer-record.ts',
  'handlers/exchange/transfer.ts',
  'handlers/http2/exchange.ts',
  'time/clock.ts',
  'time/due-heap.ts',
  'time/stop.ts',
];

/** The hard files that are tested through others, with the tests, and why no test of their own would say more. */
const TESTED_ELSEWHERE: readonly (readonly [files: string, tests: string, why: string])[] = [
  [
    'handlers/undici/connections.ts handlers/node/connections.ts handlers/http2/connections.ts',
    'test/handlers/connections/connections.test.ts',
    'one table over every handler that has connections, so that none differs from the others',
  ],
  [
    'handlers/undici/exchange.ts handlers/node/exchange.ts handlers/fetch/exchange.ts',
    'test/contract/undici.test.ts test/contract/node-http.test.ts test/contract/fetch.test.ts',
    'what an exchange has to do is the contract of a handler, over real sockets',
  ],
  [
    'connect/tunnel.ts',
    'test/connect/proxy-matrix.test.ts test/connect/proxies.test.ts',
    'every kind of proxy with every kind of origin and handler',
  ],
];

describe('the hard files', () => {
  it.each(MIRRORED)('src/%s has a test of its name', (file) => {
    expect(existsSync(join(root, 'src', file)), 'the source is gone: change the list here').toBe(true);
    expect(existsSync(join(root, 'test', file.replace(/\.ts$/, '.test.ts')))).toBe(true);
  });

  it.each(TESTED_ELSEWHERE)('%s: held by %s, as it is %s', (files, tests) => {
    const paths = [...files.split(' ').map((file) => join('src', file)), ...tests.split(' ')];
    expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });
});

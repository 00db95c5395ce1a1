import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Lookup, RequestOptions } from '../../src/options/options.ts';
import { certificates } from '../support/certificates.ts';
import { startHttpProxy } from '../support/http-proxy.ts';
import { handlers, printMatrix, schemes, sendRow, startTargets, type Targets, talkRow } from '../support/proxy-rows.ts';
import { startSocksProxy } from '../support/socks-proxy.ts';
import type { TestProxy } from '../support/test-proxy.ts';

const AUTH = ['user', 'p@ss:word'] as const;
/** Who turns the name into an address: a name that we must not ask for fails the row. */
const ours: Lookup = (_, __, callback) => callback(null, [{ address: '127.0.0.1', family: 4 }]);
const theirs: Lookup = (name, _, callback) => callback(new Error(`${name} is the proxy's to resolve`), []);

interface Way {
  readonly name: string;
  readonly start?: () => Promise<TestProxy>;
  readonly lookup: Lookup;
  /** What the proxy is to see of a plain http request, and of any other. */
  readonly sees?: readonly [plain: string, tunnelled: string];
}

const ways: readonly Way[] = [
  { name: 'no proxy', lookup: ours },
  { name: 'HTTP', start: () => startHttpProxy({ auth: AUTH }), lookup: theirs, sees: ['forward', 'connect'] },
  {
    name: 'HTTPS',
    start: async () => startHttpProxy({ auth: AUTH, tls: (await certificates()).server }),
    lookup: theirs,
    sees: ['forward', 'connect'],
  },
  {
    name: 'SOCKS4',
    start: () => startSocksProxy({ scheme: 'socks4', auth: AUTH }),
    lookup: ours,
    sees: ['socks4', 'socks4'],
  },
  {
    name: 'SOCKS4a',
    start: () => startSocksProxy({ scheme: 'socks4a', auth: AUTH }),
    lookup: theirs,
    sees: ['socks4a', 'socks4a'],
  },
  {
    name: 'SOCKS5',
    start: () => startSocksProxy({ scheme: 'socks5', auth: AUTH }),
    lookup: ours,
    sees: ['socks5', 'socks5'],
  },
  {
    name: 'SOCKS5h',
    start: () => startSocksProxy({ scheme: 'socks5h', auth: AUTH }),
    lookup: theirs,
    sees: ['socks5', 'socks5'],
  },
];

const cells = new Map<string, Map<string, string>>();
let targets: Targets;

beforeAll(async () => {
  targets = await startTargets();
});

afterAll(async () => {
  await targets.close();
  console.log(printMatrix('proxies of this project', cells));
});

function mark(row: string, column: string, text: string): void {
  const cell = cells.get(row) ?? new Map<string, string>();
  cells.set(row, cell.set(column, text));
}

describe.each(ways)('$name', ({ name, start, lookup, sees }) => {
  let proxy: TestProxy | undefined;
  beforeAll(async () => {
    proxy = await start?.();
  });
  afterAll(() => proxy?.close());

  const rows = schemes.flatMap((scheme) => {
    const isTalk = scheme === 'ws' || scheme === 'wss';
    return (isTalk ? ['upgrade'] : Object.keys(handlers)).map((via) => ({ scheme, via }));
  });
  it.each(rows)('carries $scheme on $via', async ({ scheme, via }) => {
    mark(name, `${scheme} ${via}`, 'FAILED');
    const before = { seen: proxy?.seen.length ?? 0, connections: proxy?.totalConnections ?? 0 };
    const options: RequestOptions = { lookup, proxy: proxy?.url ?? false };
    const result =
      scheme === 'ws' || scheme === 'wss'
        ? await talkRow(scheme, targets, 'example.test', options)
        : await sendRow(handlers[via]!, scheme, targets, 'example.test', options);
    expect(result.answers).toEqual(via === 'upgrade' ? ['101 hello'] : ['200 first', '200 second']);
    expect(result.proxyHeaders).toEqual([]);
    if (proxy !== undefined) {
      const [plain, tunnelled] = sees!;
      const seen = proxy.seen.slice(before.seen);
      expect(new Set(seen.map(({ kind }) => kind))).toEqual(new Set([scheme === 'http' ? plain : tunnelled]));
      expect(proxy.totalConnections - before.connections).toBe(1);
      if (name.startsWith('SOCKS'))
        expect(seen[0]).toMatchObject({ addressType: lookup === ours ? 'ipv4' : 'name', user: AUTH[0] });
    }
    mark(name, `${scheme} ${via}`, 'ok');
  });
});

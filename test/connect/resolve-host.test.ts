import { lookup as systemLookup } from 'node:dns';
import { expect, it } from 'vitest';
import { dialSettings } from '../../src/connect/dial.ts';
import { type Address, resolveHost } from '../../src/connect/resolve-host.ts';
import type { Lookup, RequestOptions } from '../../src/options/options.ts';

function resolved(lookup: Lookup, options: RequestOptions = {}, name = 'h.test'): Promise<readonly Address[]> {
  return new Promise((resolve, reject) => {
    resolveHost(name, dialSettings({ lookup, ...options }), (error, addresses) => {
      if (error !== null) reject(error);
      else resolve(addresses);
    });
  });
}

const V4 = { address: '192.0.2.1', family: 4 };

it('counts the first answer of a lookup that calls back twice', async () => {
  const twice: Lookup = (_, __, callback) => {
    callback(null, '192.0.2.1', 4);
    callback(new Error('too late'), '', 4);
  };
  expect(await resolved(twice)).toEqual([V4]);
});

it.each<[string, Lookup]>([
  ['dns.lookup itself', systemLookup],
  ...[{ hostname: 'a handle' }, 7, null, 'text'].map((returned): [string, Lookup] => [
    `one that returns ${JSON.stringify(returned)}`,
    (_, __, callback) => {
      callback(null, '127.0.0.1', 4);
      return returned;
    },
  ]),
])('takes the callback of a lookup in the form of Node, whatever it returns: %s', async (_, lookup) => {
  expect(await resolved(lookup, { forceIpResolve: 'v4' }, 'localhost')).toEqual([{ address: '127.0.0.1', family: 4 }]);
});

it('takes the callback of an async lookup that resolves to nothing', async () => {
  const both = (async (_: string, __: object, callback: (error: null, found: unknown) => void) =>
    callback(null, [V4])) as unknown as Lookup;
  expect(await resolved(both)).toEqual([V4]);
});

it.each<[string, Lookup]>([
  [
    'that throws',
    () =>
      void (() => {
        throw new Error('broken');
      })(),
  ],
  ['that rejects', (async () => Promise.reject(new Error('broken'))) as unknown as Lookup],
  ['that calls back with an error', (_, __, callback) => callback(new Error('broken'), [])],
])('gives the error of a lookup %s', async (_, lookup) => {
  await expect(resolved(lookup)).rejects.toThrow('broken');
});

it.each<unknown>([{}, [{ address: 7 }], 'no address', [V4, null]])('refuses a lookup that gives %j', async (found) => {
  const lookup = ((_: string, __: object, callback: (error: null, found: unknown) => void) =>
    callback(null, found)) as Lookup;
  await expect(resolved(lookup)).rejects.toMatchObject({ code: 'ENOTFOUND', message: /must give addresses/ });
});

it('lets the families take turns though one has more addresses', async () => {
  const found = ['192.0.2.1', '192.0.2.2', '192.0.2.3', '2001:db8::1'];
  const lookup: Lookup = (_, __, callback) =>
    callback(
      null,
      found.map((address) => ({ address, family: 4 })),
    );
  expect((await resolved(lookup)).map(({ address, family }) => `${family} ${address}`)).toEqual([
    '4 192.0.2.1',
    '6 2001:db8::1',
    '4 192.0.2.2',
    '4 192.0.2.3',
  ]);
});

/** A layer that sets an option on the record it was given: the change holds, or is refused aloud. Never silence. */
import { describe, expect, it } from 'vitest';
import { Client } from '../../src/client/client.ts';
import { http2Handler } from '../../src/handlers/http2/http2.ts';
import { HttpRequest } from '../../src/message/request.ts';
import { newOptions } from '../../src/options/option-record.ts';
import type { RequestOptions } from '../../src/options/options.ts';
import { Pool } from '../../src/pool/pool.ts';
import type { Transport } from '../../src/stack/handler.ts';
import { HandlerStack } from '../../src/stack/handler-stack.ts';
import { startServer } from '../../src/testing/server.ts';
import { rejection } from '../support/fake-handler.ts';
import { startHttp2Site } from '../support/http2-site.ts';
import { matrixHandlers } from './fault-cells.ts';

const BLOCKED = { code: 'ERR_ADDRESS_BLOCKED' };
const handlers: Readonly<Record<string, () => Transport>> = {
  undici: matrixHandlers['undici']!,
  'node:http': matrixHandlers['node:http']!,
  stream: matrixHandlers['stream']!,
  http2: () => http2Handler(),
};

async function over(name: string, run: (handler: Transport, url: string, version: RequestOptions) => Promise<void>) {
  const site = await (name === 'http2' ? startHttp2Site() : startServer());
  const handler = handlers[name]!();
  try {
    await run(handler, site.url('/json'), name === 'http2' ? { version: '2' } : {});
  } finally {
    await handler.destroy?.();
    await site.close();
  }
}

/** A client with a layer that makes the change once it is switched on. */
function changing(handler: Transport, options: RequestOptions, change: (options: RequestOptions) => void) {
  const stack = HandlerStack.create(handler);
  const layer = { isOn: false };
  stack.push(
    (next) => (request, given) => {
      if (layer.isOn) change(given);
      return next(request, given);
    },
    'changing',
  );
  return { client: new Client({ handler: stack, ...options }), layer };
}

describe.each(Object.keys(handlers))('an option that is set in place, over %s', (name) => {
  it.each<[string, (options: RequestOptions) => void]>([
    ['denyPrivateNetwork', (options) => (options.denyPrivateNetwork = true)],
    ['verify', (options) => (options.verify = false)],
  ])('is refused on the options that all calls share: %s', (_, change) =>
    over(name, async (handler, url, version) => {
      const { client, layer } = changing(handler, version, change);
      expect((await client.get(url)).status).toBe(200);
      layer.isOn = true;
      expect(await rejection(client.get(url))).toBeInstanceOf(TypeError);
      const [pooled] = await Pool.batch(client, [url]);
      expect((pooled as PromiseRejectedResult).reason).toBeInstanceOf(TypeError);
      layer.isOn = false;
      expect((await client.get(url)).status).toBe(200);
    }),
  );

  it('holds on the options of one call, and for that call alone', () =>
    over(name, async (handler, url, version) => {
      const { client, layer } = changing(handler, version, (options) => (options.denyPrivateNetwork = true));
      const own = { headers: { 'X-A': '1' } };
      expect((await client.get(url, own)).status).toBe(200);
      layer.isOn = true;
      expect(await rejection(client.get(url, own))).toMatchObject(BLOCKED);
      layer.isOn = false;
      expect((await client.get(url, own)).status).toBe(200);
    }));

  it('holds on a record that a handler is given again', () =>
    over(name, async (handler, url, version) => {
      const options = Object.assign(newOptions(), version);
      const request = new HttpRequest('GET', url);
      expect((await handler(request, options)).status).toBe(200);
      expect((await handler(request, options)).status).toBe(200);
      options.denyPrivateNetwork = true;
      expect(await rejection(handler(request, options))).toMatchObject(BLOCKED);
      options.denyPrivateNetwork = false;
      expect((await handler(request, options)).status).toBe(200);
    }));
});

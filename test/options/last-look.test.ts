import { expect, it } from 'vitest';
import { Client } from '../../src/index.ts';
import { lastLook } from '../../src/options/last-look.ts';
import { everyTransport } from '../support/every-transport.ts';

it.each(everyTransport.filter(([name]) => ['undici', 'node:http', 'http2'].includes(name)))(
  'a request that is not to be sent any more is not written, over a new connection and one that was there: %s',
  async (_name, serve) => {
    const asked: string[] = [];
    await using served = await serve(({ path }) => {
      asked.push(path);
      return {};
    });
    await using client = new Client({ handler: served.handler });
    const reason = new Error('somebody else has the host');
    const send = (path: string, isHeld: boolean) => {
      const stop = new AbortController();
      const look = () => {
        if (!isHeld) stop.abort(reason);
      };
      return client.get(served.origin + path, { ...lastLook(look), signal: stop.signal });
    };
    await expect(send('/new', false)).rejects.toBe(reason);
    expect((await send('/held', true)).status).toBe(200);
    await expect(send('/kept', false)).rejects.toBe(reason);
    expect((await send('/again', true)).status).toBe(200);
    expect(asked).toEqual(['/held', '/again']);
  },
);

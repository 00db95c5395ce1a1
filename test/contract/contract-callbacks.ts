/** Functions of the caller's: what they throw or reject with ends the call, is its cause, and is not tried again. */
import { expect } from 'vitest';
import { Client } from '../../src/client/client.ts';
import { HttpRequest } from '../../src/message/request.ts';
import type { RequestOptions } from '../../src/options/options.ts';
import { needBuiltin, runtimeName } from '../../src/runtime/platform.ts';
import { HandlerStack } from '../../src/stack/handler-stack.ts';
import { type Check, deliveries, rejection } from './bench.ts';

const cause = new Error('a fault of the callback');

function throws(): never {
  throw cause;
}

async function rejects(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  throw cause;
}

const faults: readonly (readonly [string, () => void])[] = [
  ['throws', throws],
  ['rejects', rejects],
];

export function callbacks(check: Check): void {
  for (const [how, fault] of faults) {
    for (const [name, receive] of deliveries) {
      check(`ends with ERR_CALLBACK when progress ${how}, ${name}`, async ({ send }) => {
        const error = await rejection(receive((given) => send('/bytes/300000', given), { progress: fault }));
        expect(error).toMatchObject({ code: 'ERR_CALLBACK', cause, response: { status: 200 } });
      });
    }

    check(`ends with ERR_CALLBACK when progress ${how} while the body is sent`, async ({ send, url }) => {
      const progress: RequestOptions['progress'] = ({ direction }) => (direction === 'upload' ? fault() : undefined);
      const request = new HttpRequest('POST', url('/anything'), {}, new Uint8Array(300_000));
      expect(await rejection(send(request, { progress }))).toMatchObject({ code: 'ERR_CALLBACK', cause });
    });

    for (const stream of [false, true]) {
      check(`sends nothing again when progress ${how}, stream: ${stream}`, async ({ fresh, url }) => {
        let sent = 0;
        const handler = HandlerStack.create(fresh()).push((next) => (request, options) => {
          sent += 1;
          return next(request, options);
        });
        await using client = new Client({ handler, retry: { limit: 2, delay: () => 1 }, stream, progress: fault });
        const error = await rejection(client.get(url('/bytes/300000')).then((response) => response.bytes()));
        expect(error).toMatchObject({ code: 'ERR_CALLBACK', cause });
        expect(sent).toBe(1);
      });
    }
  }

  check('ends with ERR_CALLBACK when progress rejects after the last byte of a stream', async ({ send }) => {
    const response = await send('/bytes/10', { stream: true, progress: rejects });
    expect(await rejection(response.bytes())).toMatchObject({ code: 'ERR_CALLBACK', cause });
  });

  for (const stream of [false, true]) {
    check(`ends with ERR_CALLBACK when the promise of onHeaders rejects, stream: ${stream}`, async ({ send }) => {
      const error = await rejection(send('/bytes/1000', { onHeaders: rejects, stream }));
      expect(error).toMatchObject({ name: 'ResponseError', code: 'ERR_CALLBACK', cause, response: { status: 200 } });
    });

    check(`waits for the promises of callbacks before it answers, stream: ${stream}`, async ({ send }) => {
      let done = false;
      const onHeaders = async () => {
        for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
        done = true;
      };
      const response = await send('/bytes/1000', { onHeaders, stream });
      expect(done).toBe(true);
      expect((await response.bytes()).byteLength).toBe(1000);
    });
  }

  for (const option of ['onHeaders', 'onStats'] as const) {
    check(`fails a call through the whole stack when the promise of ${option} rejects`, async ({ fresh, url }) => {
      const handler = HandlerStack.create(fresh());
      await using client = new Client({ handler, retry: { limit: 2, delay: () => 1 }, auth: ['ada', 'secret'] });
      const error = await rejection(client.get(url('/bytes/1000'), { [option]: rejects }));
      expect(error).toMatchObject({ code: 'ERR_CALLBACK', cause });
    });
  }

  check('ends with ERR_CALLBACK when the promise of onInformation rejects', async ({ send }) => {
    const error = await rejection(send('/early-hints', { onInformation: rejects }));
    expect(error).toMatchObject({ code: 'ERR_CALLBACK', cause });
  });

  check('calls callbacks, and makes a body, in the asynchronous context of the call', async ({ fresh, url }) => {
    const { AsyncLocalStorage } = needBuiltin<typeof import('node:async_hooks')>('node:async_hooks', 'the test');
    const context = new AsyncLocalStorage<number>();
    const handler = fresh();
    const seen: [what: string, call: number, found: number | undefined][] = [];
    const ask = async (call: number) => {
      const note = (what: string) => () => void seen.push([what, call, context.getStore()]);
      async function* made() {
        note('body')();
        yield 'a';
        await new Promise((resolve) => setImmediate(resolve));
        note('body')();
        yield 'b';
      }
      const request = new HttpRequest('POST', url('/anything'), {}, made);
      const progress: RequestOptions['progress'] = ({ direction }) => note(direction)();
      return (await handler(request, { onHeaders: note('head'), progress })).status;
    };
    try {
      // At once, and then over the connections that others have used.
      for (const calls of [[1, 2], [3]]) {
        const statuses = await Promise.all(calls.map((call) => context.run(call, ask, call)));
        expect(statuses).toEqual(calls.map(() => 200));
      }
    } finally {
      // workerd throws at it, and has nothing to switch off.
      if (runtimeName() !== 'workerd') context.disable();
    }
    expect([...new Set(seen.map(([what]) => what))].sort()).toEqual(['body', 'download', 'head', 'upload']);
    expect(seen.filter(([, call, found]) => found !== call)).toEqual([]);
  });
}

/**
 * What every handler must do, said once and held against each. A transport that truly cannot do something names it in
 * `skips.ts` with the reason; nothing else may be left out, and a skip of a test that does not exist fails.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { HttpRequest } from '../../src/message/request.ts';
import type { Transport } from '../../src/stack/handler.ts';
import { startScriptedServer } from '../../src/testing/scripted-server.ts';
import { startServer, type TestServer } from '../../src/testing/server.ts';
import type { Bench, Skips } from './bench.ts';
import { chapters } from './chapters.ts';

export function describeHandlerContract(
  name: string,
  makeHandler: () => Transport,
  { skips = {}, start = startServer }: { skips?: Skips; start?: () => Promise<TestServer> } = {},
): void {
  describe(`the handler contract over ${name}`, () => {
    const state = {} as { server: TestServer; handler: Transport };
    const closing: (() => Promise<unknown>)[] = [];
    const unhandled: unknown[] = [];
    const onUnhandled = (reason: unknown) => unhandled.push(reason);

    beforeAll(async () => {
      state.server = await start();
      state.handler = makeHandler();
      process.on('unhandledRejection', onUnhandled);
    });
    beforeEach(() => state.server.clear());
    afterEach(async () => {
      await Promise.all(closing.splice(0).map((close) => close()));
      expect(unhandled.splice(0)).toEqual([]);
    });
    afterAll(async () => {
      process.off('unhandledRejection', onUnhandled);
      await state.handler.close?.();
      await state.server.close();
      printSkips(name, skips);
    });

    const bench: Bench = {
      get handler() {
        return state.handler;
      },
      get server() {
        return state.server;
      },
      url: (path) => state.server.url(path),
      send: (what, options = {}) =>
        state.handler(typeof what === 'string' ? new HttpRequest('GET', state.server.url(what)) : what, options),
      fresh() {
        const handler = makeHandler();
        closing.push(async () => handler.close?.());
        return handler;
      },
      async play(script) {
        const scripted = await startScriptedServer(script);
        closing.push(() => scripted.close());
        return scripted;
      },
    };

    const names = new Set<string>();
    for (const [title, chapter] of Object.entries(chapters)) {
      describe(title, () => {
        names.add(wholeChapter(title));
        chapter((test, run) => {
          if (names.has(test)) throw new Error(`the contract has two tests called "${test}"`);
          names.add(test);
          const reason = skips[test] ?? skips[wholeChapter(title)];
          if (reason === undefined) it(test, () => run(bench));
          else it.skip(`${test} (skipped: ${reason})`, () => run(bench));
        });
      });
    }

    it('skips nothing that is not in the contract', () => {
      expect(Object.keys(skips).filter((test) => !names.has(test))).toEqual([]);
    });
  });
}

/** What a skip of all tests of a chapter is called. */
function wholeChapter(title: string): string {
  return `all of the chapter "${title}"`;
}

function printSkips(name: string, skips: Skips): void {
  const rows = Object.entries(skips);
  if (rows.length === 0) {
    console.log(`${name} skips nothing of the handler contract`);
    return;
  }
  const width = Math.max(...rows.map(([test]) => test.length));
  const lines = rows.map(([test, reason]) => `  ${test.padEnd(width)}  ${reason}`);
  console.log([`${name} skips ${rows.length} of the handler contract:`, ...lines].join('\n'));
}

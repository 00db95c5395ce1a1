/** What the tests of the contract share: the bench they work at, and how they receive bodies and errors. */
import { expect, vi } from 'vitest';
import type { HttpRequest } from '../../src/message/request.ts';
import type { HttpResponse } from '../../src/message/response.ts';
import type { RequestOptions } from '../../src/options/options.ts';
import type { Transport } from '../../src/stack/handler.ts';
import type { Script, ScriptedServer } from '../../src/testing/scripted-server.ts';
import type { TestServer } from '../../src/testing/server.ts';

/** What a test of the contract works with. */
export interface Bench {
  readonly handler: Transport;
  /** The site, on a real socket. */
  readonly server: TestServer;
  url(path: string): string;
  /** Sends GET for a path of the site, or a whole request. */
  send(what: string | HttpRequest, options?: RequestOptions): Promise<HttpResponse>;
  /** A handler of its own, closed after the test. */
  fresh(): Transport;
  /** A server that plays a script, closed after the test. */
  play(script: Script | ((connection: number) => Script)): Promise<ScriptedServer>;
}

/** Adds a test to the contract. */
export type Check = (name: string, run: (bench: Bench) => Promise<void>) => void;

/** A part of the contract. */
export type Chapter = (check: Check) => void;

/** Test name to the reason why this transport cannot do it. */
export type Skips = Readonly<Record<string, string>>;

/** What a promise rejects with; a promise that does not is a failure of the test. */
export async function rejection(promise: Promise<unknown>): Promise<Error & Record<string, unknown>> {
  const failed = Symbol('rejected');
  let reason: unknown;
  const outcome = await promise.catch((error: unknown) => {
    reason = error;
    return failed;
  });
  expect(outcome, 'the promise must reject').toBe(failed);
  return reason as Error & Record<string, unknown>;
}

/** The connection that carried the exchange is closed. */
export async function released(server: ScriptedServer): Promise<void> {
  await vi.waitFor(() => expect(server.totalConnections - server.connections).toBeGreaterThan(0));
}

type Receive = (
  send: (options: RequestOptions) => Promise<HttpResponse>,
  options?: RequestOptions,
) => Promise<Uint8Array>;

/** Both ways to receive a body; reading is part of each. */
export const deliveries: readonly (readonly [string, Receive])[] = [
  ['buffered', async (send, options) => (await send({ ...options })).bytes()],
  ['streamed', async (send, options) => (await send({ ...options, stream: true })).bytes()],
];

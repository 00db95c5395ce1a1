/** The matrix of redirects over every handler with sockets: status x method x strict x origin x body. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chooseHandler } from '../../src/handlers/choose.ts';
import { fetchHandler } from '../../src/handlers/fetch/fetch.ts';
import { nodeHttpHandler } from '../../src/handlers/node/node-http.ts';
import { streamHandler } from '../../src/handlers/node/stream.ts';
import { undiciHandler } from '../../src/handlers/undici/undici.ts';
import { redirect } from '../../src/middleware/redirect/redirect.ts';
import type { Transport } from '../../src/stack/handler.ts';
import { checkRedirectCase, matrixOverSockets, redirectCases, type Seen } from '../support/redirect-matrix.ts';

const handlers: Record<string, () => Transport> = {
  undici: undiciHandler,
  'node:http': nodeHttpHandler,
  stream: streamHandler,
  fetch: fetchHandler,
  'the one chosen': chooseHandler,
};

describe.each(Object.entries(handlers))('redirects over %s', (_, make) => {
  const seen: Seen[] = [];
  let handler: Transport;
  let servers: Awaited<ReturnType<typeof matrixOverSockets>>;

  beforeAll(async () => {
    handler = make();
    servers = await matrixOverSockets(seen);
  });

  afterAll(async () => {
    await handler.close?.();
    await servers.close();
  });

  it.each(redirectCases)('$name', async (one) => {
    seen.length = 0;
    await checkRedirectCase(one, redirect()(handler), servers.origins, seen);
  });
});

it('has every combination', () => {
  expect(redirectCases).toHaveLength(5 * 5 * 2 * 2 * 2);
});

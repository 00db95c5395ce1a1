/** The handlers whose leaks are counted, as options of a client. */
import type { ClientOptions } from '../../src/client/client.ts';
import { fetchHandler } from '../../src/handlers/fetch/fetch.ts';
import { http2Handler } from '../../src/handlers/http2/http2.ts';
import { nodeHttpHandler } from '../../src/handlers/node/node-http.ts';
import { streamHandler } from '../../src/handlers/node/stream.ts';
import { undiciHandler } from '../../src/handlers/undici/undici.ts';
import type { Transport } from '../../src/stack/handler.ts';
import { HandlerStack } from '../../src/stack/handler-stack.ts';

const over = (make: () => Transport) => (): ClientOptions => ({ handler: HandlerStack.create(make()) });

export const leakHandlers: Readonly<Record<string, () => ClientOptions>> = {
  undici: over(undiciHandler),
  'node:http': over(nodeHttpHandler),
  stream: over(streamHandler),
  fetch: over(() => fetchHandler()),
  http2: () => ({ ...over(http2Handler)(), version: '2' }),
};

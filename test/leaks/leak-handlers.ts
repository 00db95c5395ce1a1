/** The handlers whose leaks are counted, as options of a client. */
import type { ClientOptions } from '../../src/client.ts';
import type { Transport } from '../../src/handler.ts';
import { HandlerStack } from '../../src/handler-stack.ts';
import { fetchHandler } from '../../src/handlers/fetch.ts';
import { http2Handler } from '../../src/handlers/http2.ts';
import { nodeHttpHandler } from '../../src/handlers/node-http.ts';
import { streamHandler } from '../../src/handlers/stream.ts';
import { undiciHandler } from '../../src/handlers/undici.ts';

const over = (make: () => Transport) => (): ClientOptions => ({ handler: HandlerStack.create(make()) });

export const leakHandlers: Readonly<Record<string, () => ClientOptions>> = {
  undici: over(undiciHandler),
  'node:http': over(nodeHttpHandler),
  stream: over(streamHandler),
  fetch: over(() => fetchHandler()),
  http2: () => ({ ...over(http2Handler)(), version: '2' }),
};

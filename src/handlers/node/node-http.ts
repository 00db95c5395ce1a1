/**
 * The handler that can do everything HTTP/1.1 can, over `node:http` and `node:https`'s TLS: `Expect: 100-continue`,
 * `OPTIONS *`, informational answers that nobody asked for, an exact `Content-Length: 0`, bodies of any framing.
 */
import type { Transport } from '../../stack/handler.ts';
import { nodeHandler } from './node-handler.ts';
import type { NodeHandlerSettings } from './transport.ts';

export type { NodeHandlerSettings } from './transport.ts';

/**
 * Sends over connections of its own, kept alive. `OPTIONS http://host/*` goes out as `OPTIONS *`; a resource that is
 * really called `*` is written `/%2A`.
 * @throws TypeError for invalid settings
 */
export function nodeHttpHandler(settings: NodeHandlerSettings = {}): Transport {
  return nodeHandler('node', settings);
}

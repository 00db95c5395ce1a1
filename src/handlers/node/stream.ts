/**
 * The handler for bodies that are streamed: the message of node:http's native parser is handed out as it is, pulled by its
 * reader, with no stream of ours in between and no copy of any chunk. The exchange is that of `nodeHttpHandler`, over
 * connections of its own, so that a slow reader of a large body never holds up small requests.
 */
import type { Transport } from '../../stack/handler.ts';
import { nodeHandler } from './node-handler.ts';
import type { NodeHandlerSettings } from './transport.ts';

/**
 * Sends over connections of its own, kept alive. Requests without the `stream` option are buffered as everywhere.
 * @throws TypeError for invalid settings
 */
export function streamHandler(settings: NodeHandlerSettings = {}): Transport {
  return nodeHandler('stream', settings);
}

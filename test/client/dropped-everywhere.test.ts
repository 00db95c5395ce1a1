import { fetchHandler } from '../../src/handlers/fetch/fetch.ts';
import { nodeHttpHandler } from '../../src/handlers/node/node-http.ts';
import { streamHandler } from '../../src/handlers/node/stream.ts';
import { describeDropped } from './dropped.ts';

describeDropped([
  ['node', nodeHttpHandler],
  ['stream', streamHandler],
  ['fetch', fetchHandler],
]);

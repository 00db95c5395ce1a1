/** Stands in the place of `stream.ts` in the builds for browsers and workers. */
import { missing } from '../../runtime/missing.ts';
import type * as node from './stream.ts';

export const streamHandler: typeof node.streamHandler = () =>
  missing('streamHandler()', 'fetchHandler() sends over what is here');

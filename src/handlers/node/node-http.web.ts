/** Stands in the place of `node-http.ts` in the builds for browsers and workers. */
import { missing } from '../../runtime/missing.ts';
import type * as node from './node-http.ts';

export const nodeHttpHandler: typeof node.nodeHttpHandler = () =>
  missing('nodeHttpHandler()', 'fetchHandler() sends over what is here');

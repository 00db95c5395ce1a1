/** Stands in the place of `http2.ts` in the builds for browsers and workers. */
import { missing } from '../../runtime/missing.ts';
import type * as node from './http2.ts';

export const http2Handler: typeof node.http2Handler = () =>
  missing('http2Handler()', 'fetchHandler() sends over what is here');

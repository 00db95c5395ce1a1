/** Stands in the place of `request-sync.ts` in the builds for browsers and workers. */
import { missing } from '../runtime/missing.ts';
import type * as node from './request-sync.ts';

export const requestSync: typeof node.requestSync = () => missing('requestSync', 'await client.request(...)');

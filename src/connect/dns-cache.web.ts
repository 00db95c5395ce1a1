/** Stands in the place of `dns-cache.ts` in the builds for browsers and workers. */
import { missing } from '../runtime/missing.ts';
import type * as node from './dns-cache.ts';

export const dnsCache: typeof node.dnsCache = () => missing('dnsCache()', 'fetch resolves names by itself');

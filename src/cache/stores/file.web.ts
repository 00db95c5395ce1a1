/** Stands in the place of `file.ts` in the builds for browsers and workers. */
import { missing } from '../../runtime/missing.ts';
import type * as node from './file.ts';

export const fileCache: typeof node.fileCache = () => missing('fileCache', 'memoryCache() and keyvCache() work here');

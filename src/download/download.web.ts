/** Stands in the place of `download.ts` in the builds for browsers and workers. */
import { missing } from '../runtime/missing.ts';
import type * as node from './download.ts';

export const download: typeof node.download = async () =>
  missing('client.download', 'read the body of client.get(uri, { stream: true })');

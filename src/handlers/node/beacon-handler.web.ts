/** Stands in the place of `beacon-handler.ts` in the builds for browsers and workers, where no handler asks for it. */
import { missing } from '../../runtime/missing.ts';
import type * as node from './beacon-handler.ts';

export const detachedHandler: typeof node.detachedHandler = () => missing('a beacon over sockets', 'fetch sends it');

/** Stands in the place of `media-types.ts` in the builds without Node, where no file has a path. */
import type * as whole from './media-types.ts';

export const mediaTypeOf: typeof whole.mediaTypeOf = () => 'application/octet-stream';

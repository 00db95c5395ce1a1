/** Stands in the place of `undici.ts` in the builds for browsers and workers. */
import { missing } from '../../runtime/missing.ts';
import type * as node from './undici.ts';

export const undiciHandler: typeof node.undiciHandler = () =>
  missing('undiciHandler()', 'fetchHandler() sends over what is here');

export const undiciStreams: typeof node.undiciStreams = () =>
  missing('streams over undici', 'fetchHandler() sends over what is here');

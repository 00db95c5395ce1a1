/** Stands in the place of `channels.ts` in the build for browsers, which have no channels for diagnostics. */
import type * as whole from './channels.ts';

export type { TraceMessage } from './channels.ts';

const unwatched = { watched: () => undefined } as unknown as typeof whole.callTracing;

export { unwatched as attemptTracing, unwatched as callTracing };

/** Nothing is traced that nobody watches. */
export class Trace {
  declare readonly start: whole.Trace['start'];
  declare readonly answered: whole.Trace['answered'];
  declare readonly failed: whole.Trace['failed'];
}

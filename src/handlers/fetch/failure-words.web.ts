/**
 * Stands in the place of `failure-words.ts` in the builds for browsers and workers, whose messages say nothing of the
 * cause.
 */
export const toldBy = (cause: unknown): unknown =>
  cause instanceof TypeError ? new Error(cause.message, { cause: cause.cause ?? cause }) : cause;

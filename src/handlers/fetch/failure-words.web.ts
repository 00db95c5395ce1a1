/** Stands in the place of `failure-words.ts` in the builds for browsers and workers, whose words say nothing. */
export const toldBy = (cause: unknown): unknown =>
  cause instanceof TypeError ? new Error(cause.message, { cause: cause.cause ?? cause }) : cause;

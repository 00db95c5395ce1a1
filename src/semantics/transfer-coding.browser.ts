/** Stands in the place of `transfer-coding.ts` in the build for browsers, which show no `Transfer-Encoding`. */

export const codingRefusal = (): undefined => undefined;

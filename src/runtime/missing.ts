/** How a part that needs Node answers in a build without it: `X.web.ts` stands there in the place of `X.ts`. */

/** @throws TypeError naming the feature, and what to use in its place */
export function missing(feature: string, instead: string): never {
  throw new TypeError(
    `${feature} needs Node's own modules, which this build for browsers and workers is without; ${instead}`,
  );
}

/** Stands in the place of `native.ts` in the builds for browsers and workers, whose fetch is the standard's. */

export class NativeFetch {
  init(): Record<string, never> {
    return {};
  }

  close(): void {}
}

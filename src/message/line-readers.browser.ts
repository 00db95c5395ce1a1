/** Stands in the place of `line-readers.ts` in the build for browsers, which loads it when a body is first read so. */
import type * as whole from './line-readers.ts';

export const splitLines: typeof whole.splitLines = async function* (...given) {
  yield* (await import('./line-readers.ts')).splitLines(...given);
};

export const parseNdjson: typeof whole.parseNdjson = async function* (lines, fail, parse) {
  yield* (await import('./line-readers.ts')).parseNdjson(lines, fail, parse);
};

export const parseEvents: typeof whole.parseEvents = async function* (...given) {
  yield* (await import('./line-readers.ts')).parseEvents(...given);
};

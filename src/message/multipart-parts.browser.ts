/**
 * Stands in the place of `multipart-parts.ts` in the build for browsers, where a call that needs it loads it before it
 * is built.
 */
import type * as whole from './multipart-parts.ts';

let loaded: typeof whole | undefined;

export async function load(): Promise<void> {
  loaded ??= await import('./multipart-parts.ts');
}

export const multipartBody: typeof whole.multipartBody = (parts, boundary) => loaded!.multipartBody(parts, boundary);

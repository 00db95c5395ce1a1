/**
 * Stands in the place of `decoded.ts` in the build for browsers, which decode all codings that they know, lists included.
 */

const KNOWN = /^\s*(?:identity|(?:x-gzip|gzip|deflate|br|zstd)(?:\s*,\s*(?:x-gzip|gzip|deflate|br|zstd))*)\s*$/i;

/** Whether fetch has decoded this body already. */
export function isDecoded({ url, body, headers }: Response): boolean {
  // A response that an app made by itself was never on a wire.
  return url !== '' && body !== null && KNOWN.test(headers.get('content-encoding') ?? '');
}

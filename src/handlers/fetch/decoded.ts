/**
 * Which content codings the runtime's fetch takes off a body. Every runtime leaves `Content-Encoding` as it was, whether it
 * decoded or not, so that nothing in a response tells; what each does was found by asking it
 * (`npm run test:runtimes` asks again).
 */
import { IN_PAGE } from '../../runtime/in-page.ts';
import { type RuntimeName, runtimeName } from '../../runtime/platform.ts';

const STANDARD: readonly string[] = ['gzip', 'x-gzip', 'deflate', 'br'];

interface Decoder {
  readonly codings: readonly string[];
  /** Whether it undoes more than one. */
  readonly lists: boolean;
}

/** Whether fetch has taken the content codings off this body. */
export function isDecoded(response: Response): boolean {
  // A response that an app made by itself was never on a wire: its body is as the app wrote it.
  if (response.url === '' || !response.body) return false;
  const field = response.headers.get('content-encoding');
  if (field === null) return false;
  const name = IN_PAGE ? 'web' : runtimeName();
  // workerd knows the names in lower case alone (RFC 9110 section 8.4.1 has them in any case).
  const codings = field.split(',').map((coding) => (name === 'workerd' ? coding.trim() : coding.trim().toLowerCase()));
  const { codings: known, lists } = decoderOf(name);
  // Of `identity` there is nothing to undo, but in a list it stops all but Bun from undoing the rest.
  if (codings.length === 1 && codings[0] === 'identity') return true;
  const asked = name === 'bun' ? codings.filter((coding) => coding !== 'identity') : codings;
  return (asked.length === 1 || lists) && asked.every((coding) => known.includes(coding));
}

function decoderOf(name: RuntimeName): Decoder {
  if (IN_PAGE) return { codings: [...STANDARD, 'zstd'], lists: true };
  if (name === 'deno') return { codings: ['gzip', 'br'], lists: false };
  if (name === 'workerd') return { codings: hasBrotli() ? ['gzip', 'br'] : ['gzip'], lists: false };
  if (name === 'bun') return { codings: [...STANDARD, 'zstd'], lists: false };
  return { codings: fetchDecodesZstd() ? [...STANDARD, 'zstd'] : STANDARD, lists: true };
}

interface Workerd {
  readonly Cloudflare?: { readonly compatibilityFlags?: Readonly<Record<string, boolean | undefined>> };
}

/** A worker says by its compatibility date whether brotli is decoded for it. */
function hasBrotli(): boolean {
  return (globalThis as Workerd).Cloudflare?.compatibilityFlags?.['brotli_content_encoding'] === true;
}

interface Versions {
  readonly process?: { readonly versions?: Readonly<Record<string, string | undefined>> };
}

/** Browsers do; Node since its fetch is that of undici 7.11 (Node 24.4). */
function fetchDecodesZstd(): boolean {
  const version = (globalThis as Versions).process?.versions?.['undici'];
  if (version === undefined) return true;
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 7 || (major === 7 && minor >= 11);
}

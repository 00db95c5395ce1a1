/**
 * Whether the runtime's fetch has decoded a body (RFC 9110 section 8.4). Every runtime leaves `Content-Encoding` in the
 * head, whether it decoded or not, so that a response does not show it; a body must be decoded neither twice nor never.
 * Which codings each runtime decodes was found by trying (`npm run test:runtimes` tries again).
 */
import { IN_PAGE } from '../../runtime/in-page.ts';
import { type RuntimeName, runtimeName } from '../../runtime/platform.ts';

const STANDARD: readonly string[] = ['gzip', 'x-gzip', 'deflate', 'br'];

interface Decoder {
  readonly codings: readonly string[];
  /** Whether it decodes a body with more than one coding, such as `deflate, gzip`. */
  readonly lists: boolean;
}

/** Whether fetch has decoded this body already. */
export function isDecoded(response: Response): boolean {
  // A response that an app made by itself was never on a wire: its body is as the app wrote it.
  if (response.url === '' || !response.body) return false;
  const field = response.headers.get('content-encoding');
  if (field === null) return false;
  const name = IN_PAGE ? 'web' : runtimeName();
  // workerd knows the names in lower case alone; they are case-insensitive (RFC 9110 section 8.4.1).
  const codings = field.split(',').map((coding) => (name === 'workerd' ? coding.trim() : coding.trim().toLowerCase()));
  const { codings: known, lists } = decoderOf(name);
  // `identity` alone leaves nothing to decode, but in a list it keeps every runtime except Bun from decoding the rest.
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

/** workerd decodes brotli for workers with this compatibility flag, which later compatibility dates imply. */
function hasBrotli(): boolean {
  return (globalThis as Workerd).Cloudflare?.compatibilityFlags?.['brotli_content_encoding'] === true;
}

interface Versions {
  readonly process?: { readonly versions?: Readonly<Record<string, string | undefined>> };
}

/** Browsers do; Node does since Node 24.4, whose fetch is that of undici 7.11. */
function fetchDecodesZstd(): boolean {
  const version = (globalThis as Versions).process?.versions?.['undici'];
  if (version === undefined) return true;
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 7 || (major === 7 && minor >= 11);
}

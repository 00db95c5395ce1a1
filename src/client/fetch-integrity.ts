/** Subresource integrity (W3C SRI section 3.3): whether bytes are what a hash says. */

interface Hash {
  readonly name: string;
  /** Base64, without the padding that some leave out. */
  readonly value: string;
}

/** From the weakest to the strongest. */
const NAMES = ['sha256', 'sha384', 'sha512'];
const METADATA = /^(sha256|sha384|sha512)-([A-Za-z0-9+/_-]+={0,2})(?:\?[\x21-\x7e]*)?$/i;

/** Only the hashes of the strongest name count; without any that is known there is nothing to check. */
export async function matchesIntegrity(bytes: Uint8Array, integrity: string): Promise<boolean> {
  const known = integrity.split(/[\t\n\f\r ]+/).flatMap(hashOf);
  const strongest = NAMES.findLast((name) => known.some((hash) => hash.name === name));
  if (strongest === undefined) return true;
  const digest = await crypto.subtle.digest(strongest.replace('sha', 'SHA-'), bytes as Uint8Array<ArrayBuffer>);
  const found = plain(btoa(String.fromCharCode(...new Uint8Array(digest))));
  return known.some(({ name, value }) => name === strongest && value === found);
}

function hashOf(token: string): Hash[] {
  const [, name, value] = METADATA.exec(token) ?? [];
  return name === undefined || value === undefined ? [] : [{ name: name.toLowerCase(), value: plain(value) }];
}

/** base64url is taken too (SRI section 3.5). */
function plain(base64: string): string {
  return base64.replace(/=+$/, '').replaceAll('-', '+').replaceAll('_', '/');
}

/** The words in which an option that cannot be used is refused. */
import { valueOrKind } from '../runtime/kind-of.ts';

/** Options whose text may be a credential: never repeated in a message. */
const SECRETIVE: ReadonlySet<string> = new Set([
  'auth',
  'uriVars',
  'headers',
  'trailers',
  'cookies',
  'proxy',
  'ca',
  'cert',
  'sslKey',
  'tls',
  'body',
]);

/** @param name of the option, with its setting behind a dot: `compression.level` */
export function wrongOption(name: string, expected: string, found: unknown): TypeError {
  const shown = SECRETIVE.has(name) && typeof found === 'string' ? 'text' : valueOrKind(found);
  return new TypeError(`option ${name} must be ${expected}, got ${shown}`);
}

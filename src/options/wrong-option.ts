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

/** A name within such an option, as a message shows it: what was meant as the value may stand in its place. */
export function shownWithin(option: string, name: string): string {
  return SECRETIVE.has(option) ? '...' : name.slice(0, 60);
}

/** @param name of the option, with its setting behind a dot: `compression.level` */
export function wrongOption(name: string, expected: string, found: unknown): TypeError {
  const shown = SECRETIVE.has(name) && typeof found === 'string' ? 'text' : valueOrKind(found);
  return new TypeError(`option ${name} must be ${expected}, got ${shown}`);
}

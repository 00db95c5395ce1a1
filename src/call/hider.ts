/**
 * The masks of one exchange, for texts that may echo its secrets: pages of a server, lines of a log, words of an error.
 */

import { longestFirst, secretsOf, withoutSecrets } from '../message/echoes.ts';
import type { MultipartPart } from '../message/multipart-parts.ts';
import { isSecretKey, maskMembers, maskText, type Redact } from '../message/redact.ts';
import type { HttpRequest } from '../message/request.ts';
import type { RequestOptions } from '../options/options.ts';

/** The masks of one exchange. */
export interface Hider {
  /** The text without the secrets that it may echo. */
  readonly hide: (text: string) => string;
  /** Characters of the longest secret: so much before a cut may be half of one, which no mask finds. */
  readonly longest: number;
}

/**
 * Masks what must not be shown of one exchange in a text that may echo it.
 * @param requests as it was asked, and as it was sent with what inner layers have added
 */
export function hiderOf(requests: readonly (HttpRequest | undefined)[], options: RequestOptions): Hider {
  const known = [...new Set(requests)].filter((request) => request !== undefined);
  const redact: Redact = [...(known[0]?.call?.redact ?? []), ...(options.redact || [])];
  const secrets = longestFirst([
    ...known.flatMap((request) => secretsOf(request, redact)),
    ...optionSecrets(options, redact),
  ]);
  return {
    hide: (text) => maskMembers(maskText(withoutSecrets(secrets, text), redact), redact),
    // Only of a text that was cut: most are whole.
    get longest() {
      const values = known.flatMap((request) => [...request.headers.values()]);
      return Math.max(0, ...[...values, ...secrets].map((value) => value.length));
    },
  };
}

/** The secrets that options hold in plain text: credentials, and the parts of a form whose name says so. */
export function optionSecrets(options: RequestOptions, redact: Redact): string[] {
  return [...authSecrets(options.auth), ...partSecrets(options.multipart, redact)];
}

function authSecrets(auth: RequestOptions['auth']): string[] {
  if (Array.isArray(auth)) return [String(auth[1])];
  if (typeof auth === 'object' && auth !== null && Object.hasOwn(auth, 'bearer'))
    return [(auth as { bearer: string }).bearer];
  return [];
}

/** RFC 7578 §4.2: a part's value stands on lines of its own, so that its name is not beside it where it is echoed. */
function partSecrets(parts: RequestOptions['multipart'], redact: Redact): string[] {
  if (!Array.isArray(parts)) return [];
  return parts.flatMap((part: Partial<MultipartPart>) => {
    const { name, contents } = Object.assign(Object.create(null) as Partial<{ name: string; contents: unknown }>, part);
    return typeof contents === 'string' && isSecretKey(String(name), redact) ? [contents] : [];
  });
}

/**
 * Masks the secrets of one exchange in texts that may repeat them: pages of a server, lines of a log, messages of an error.
 * The rules of `message/redact.ts` find a secret by its name; a page that repeats a token without its name shows no more
 * than the value, so that the values of this exchange are looked for as well.
 */

import { longestFirst, secretsOf, withoutSecrets } from '../message/echoes.ts';
import type { MultipartPart } from '../message/multipart-parts.ts';
import { isSecretKey, maskMembers, maskText, type Redact } from '../message/redact.ts';
import type { HttpRequest } from '../message/request.ts';
import type { RequestOptions } from '../options/options.ts';

/** Masks texts about one exchange. */
export interface Masker {
  /** The text with `***` in place of each secret. */
  readonly mask: (text: string) => string;
  /**
   * No secret has more characters. A text that was cut may end with a part of one, which is not found: so much is unsafe.
   * Computed when it is asked for: most texts are not cut.
   */
  longest(): number;
}

/** @param requests the request as the caller made it, and as it was sent, with what inner layers have added */
export function maskerOf(requests: readonly (HttpRequest | undefined)[], options: RequestOptions): Masker {
  const known: HttpRequest[] = [];
  for (const request of requests) if (request !== undefined && !known.includes(request)) known.push(request);
  const redact: Redact = [...(known[0]?.call?.redact ?? []), ...(options.redact || [])];
  const found = optionSecrets(options, redact);
  for (const request of known) found.push(...secretsOf(request, redact));
  const secrets = longestFirst(found);
  return {
    mask: (text) => maskMembers(maskText(withoutSecrets(secrets, text), redact), redact),
    // No getter: an object literal with one has a shape of its own each time, which outlives it.
    longest() {
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

/** The values of secret fields: in a form (RFC 7578 section 4.2) a value stands on lines of its own, not beside its name. */
function partSecrets(parts: RequestOptions['multipart'], redact: Redact): string[] {
  if (!Array.isArray(parts)) return [];
  return parts.flatMap((part: Partial<MultipartPart>) => {
    const { name, contents } = Object.assign(Object.create(null) as Partial<{ name: string; contents: unknown }>, part);
    return typeof contents === 'string' && isSecretKey(String(name), redact) ? [contents] : [];
  });
}

/** Makes the body of a response of whatever `new HttpResponse` is given for it. */
import { IN_PAGE } from '../runtime/in-page.ts';
import { bodyFrom } from './body-from.ts';
import { NOTHING } from './bytes.ts';
import { Content, isNodeStream } from './content.ts';
import type { ResponseBodyInit } from './response-facts.ts';
import { isWebSource } from './source.ts';

/** What a response reads its body from, given what it was made with. */
export function contentFrom(body: ResponseBodyInit | undefined): Content {
  if (body instanceof Content) return body;
  if (body === undefined || body === null) return new Content(NOTHING);
  if (body instanceof Uint8Array) return new Content(body);
  const made = bodyFrom(body);
  if (made === null) return new Content(NOTHING);
  // The stream itself, which can be released before anybody reads it.
  if ((!IN_PAGE && isNodeStream(body)) || isWebSource(body)) return new Content(undefined, body);
  return made.bytes === undefined ? new Content(undefined, made.openLast()) : new Content(made.bytes);
}

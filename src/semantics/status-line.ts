/** The status line of an answer (RFC 9112 section 4), where a transport hands it over as it came. */
import { NetworkError } from '../message/errors.ts';
import type { HttpRequest } from '../message/request.ts';

/** Why a response with this status line is not valid; `undefined` when it is. */
export function statusLineRefusal(status: number, phrase: string): NetworkError | undefined {
  if (status < 100) return refusal(`the server answered with the status ${status}, which is none`);
  if (phrase === 'OK') return undefined; // Of most, which needs no look at each character.
  // RFC 9112 section 4: a reason phrase has no control characters but tabs.
  if (!/[^\t\x20-\x7e\x80-\uffff]/.test(phrase)) return undefined;
  return refusal('the server answered with a control character in its status line');
}

/** A phrase with each byte as one character, as fields have them. @param phrase read as UTF-8 */
export function phraseOfBytes(phrase: string): string {
  if (phrase === 'OK' || /^[\t\x20-\x7e\x80-\xff]*$/.test(phrase)) return phrase;
  return Array.from(new TextEncoder().encode(phrase), (byte) => String.fromCharCode(byte)).join('');
}

/** RFC 9110 section 15.2.2: it says to what it switches, and is no answer to who has not asked. */
export function unaskedSwitch(request: HttpRequest): NetworkError {
  const fact = 'the server switched protocols (101), which nobody asked for';
  return new NetworkError(fact, { request, code: 'ERR_PROTOCOL' });
}

function refusal(fact: string): NetworkError {
  return new NetworkError(fact, { code: 'ERR_PROTOCOL' });
}

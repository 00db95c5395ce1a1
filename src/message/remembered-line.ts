/**
 * Adds a line to headers, and gives the same headers for the same ones as last time: most requests of a client have the same,
 * and layers and transports keep by the headers what they have made of them.
 */
import type { HttpHeaders } from './headers.ts';

/** @returns gives the headers with a line behind the others. @throws TypeError for a value that no line can have */
export function rememberedLine(name: string): (headers: HttpHeaders, value: string) => HttpHeaders {
  let last: HttpHeaders | undefined;
  let lastValue: string | undefined;
  let made: HttpHeaders;
  return (headers, value) => {
    if (headers !== last || value !== lastValue) {
      made = headers.withAdded(name, value);
      last = headers;
      lastValue = value;
    }
    return made;
  };
}

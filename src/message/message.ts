/** The members that requests and responses have in common, with one docstring for both. */
import type { HttpHeaders } from './headers.ts';

export interface Message<Self> {
  /** The header lines. */
  readonly headers: HttpHeaders;
  /** Such as `'1.1'` and `'2'`. */
  readonly protocolVersion: string;
  /** A copy with this header in place of all of its name; a list is several lines. */
  withHeader(name: string, value: string | number | readonly string[]): Self;
  /** A copy with this header beside those of its name. */
  withAddedHeader(name: string, value: string | number | readonly string[]): Self;
  /** A copy without the headers of this name. */
  withoutHeader(name: string): Self;
}

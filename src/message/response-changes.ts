/** The names that `with` of a response may change. */
import { refuseUnknownNames } from '../runtime/arguments.ts';
import type { ResponseChanges, ResponseFacts } from './response-facts.ts';

/** Each with whether it is one of the facts beside head and body. */
const IS_FACT: Readonly<Record<keyof ResponseChanges, boolean>> = {
  status: false,
  statusText: false,
  headers: false,
  body: false,
  protocolVersion: false,
  url: true,
  redirects: true,
  attempts: true,
  timings: true,
  request: true,
  sink: true,
  handler: true,
  bytesSent: true,
  bytesReceived: true,
  trailers: true,
  cache: true,
  note: true,
};
const NAMES = Object.keys(IS_FACT);

/** The names of the changes. @throws TypeError for one that is nothing of a response */
export function changedNames(changes: ResponseChanges): readonly (keyof ResponseChanges)[] {
  refuseUnknownNames('HttpResponse.with', changes, NAMES, 'field');
  return Object.keys(changes) as (keyof ResponseChanges)[];
}

export function changedFacts(
  facts: ResponseFacts,
  changes: ResponseChanges,
  names: readonly (keyof ResponseChanges)[],
): ResponseFacts {
  const copy: Record<string, unknown> = { ...facts };
  for (const name of names) if (IS_FACT[name]) copy[name] = changes[name];
  return copy;
}

/** An agent of node:http that makes no connection: each request goes over the one it is given. */
import { Agent, type ClientRequest, type ClientRequestArgs, request } from 'node:http';
import type { Socket } from 'node:net';
import { bareRecord } from '../options/option-record.ts';

export interface Carried extends ClientRequestArgs {
  carrier: Socket;
}

/** node:http asks its agent for `keepAlive` and this method only. */
class CarrierAgent extends Agent {
  addRequest(request: ClientRequest, { carrier }: Carried): void {
    request.onSocket(carrier);
  }
}

/** Says `Connection: keep-alive`, or `close`, where the request says neither. */
export const carriers = {
  kept: new CarrierAgent({ keepAlive: true }),
  once: new CarrierAgent({ keepAlive: false }),
} as const;

/** Node copies options into a record that inherits: what it shall not find on `Object.prototype` must be there. */
const NOT_GIVEN = {
  auth: undefined,
  headers: undefined,
  host: undefined,
  hostname: undefined,
  insecureHTTPParser: undefined,
  joinDuplicateHeaders: undefined,
  port: undefined,
  protocol: undefined,
  signal: undefined,
  socketPath: undefined,
  timeout: undefined,
  uniqueHeaders: undefined,
} as const;

/** A request of node:http that has the options it is given, and no other. */
export function openOver(carried: Carried): ClientRequest {
  const sent = request(bareRecord({ ...NOT_GIVEN, ...carried }));
  // Read later, and not set without the option of this name.
  return Object.defineProperty(sent, 'timeout', { value: undefined, writable: true, configurable: true });
}

/** An agent of node:http that makes no connection: each request goes over the one it is given. */
import { Agent, type ClientRequest, type ClientRequestArgs } from 'node:http';
import type { Socket } from 'node:net';

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

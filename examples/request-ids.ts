/** The id of the request that a service answers goes along with every request that it sends for it, and into its logs. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Client, HandlerStack, mapRequest } from 'sluice';

const current = new AsyncLocalStorage<{ readonly requestId: string }>();

export const requestId = (): string | undefined => current.getStore()?.requestId;

/** Pushed, so that each attempt and each hop has it. */
const withRequestId = mapRequest((request) => {
  const id = requestId();
  return id === undefined ? request : request.withHeader('X-Request-Id', id);
});

export const client = new Client({ handler: HandlerStack.create().push(withRequestId, 'withRequestId'), retry: 2 });

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/** Around the listener of a server: takes the id that came, or makes one. */
export function identified(listener: Listener): Listener {
  return (request, response) => {
    const id = String(request.headers['x-request-id'] ?? randomUUID());
    response.setHeader('X-Request-Id', id);
    current.run({ requestId: id }, () => listener(request, response));
  };
}

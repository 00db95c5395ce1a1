/** The ways to end what a client does, and the error that each gives. */
import { expect } from 'vitest';
import type { Client } from '../../../src/client/client.ts';
import type { Waiting } from './waits.ts';

export const reason = new Error('the process ends');

export interface Way {
  readonly name: string;
  /** It ends the client, or one call of it. */
  readonly ends: 'client' | 'call';
  end(client: Client, waiting: Waiting, stop: AbortController): unknown;
  /** What the caller gets. */
  readonly error: unknown;
  /** It begins with `close`, which itself ends what nobody reads. */
  readonly closes?: boolean;
}

const closed = { name: 'NetworkError', code: 'ERR_CLIENT_CLOSED' };

export const ways: readonly Way[] = [
  {
    name: 'destroy(reason)',
    ends: 'client',
    end: (client) => client.destroy(reason),
    error: { ...closed, cause: reason },
  },
  { name: 'destroy()', ends: 'client', end: (client) => client.destroy(), error: closed },
  {
    name: 'close(), then destroy(reason)',
    ends: 'client',
    end: (client) => Promise.all([client.close(), client.destroy(reason)]),
    error: { ...closed, cause: reason },
  },
  {
    name: 'close({ timeout })',
    ends: 'client',
    closes: true,
    end: (client) => client.close({ timeout: 1 }),
    error: { ...closed, cause: expect.objectContaining({ message: expect.stringMatching(/^close waited 1 ms/) }) },
  },
  {
    name: 'close({ signal })',
    ends: 'client',
    closes: true,
    async end(client, _, stop) {
      const closing = client.close({ signal: stop.signal });
      stop.abort(reason);
      await closing;
    },
    error: { ...closed, cause: reason },
  },
  { name: 'signal', ends: 'call', end: (_, __, stop) => stop.abort(reason), error: reason },
  { name: 'cancel(reason)', ends: 'call', end: (_, waiting) => waiting.cancel!(reason), error: reason },
];

export const closedByItself = closed;

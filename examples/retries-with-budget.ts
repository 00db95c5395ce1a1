/** Retries that help when a request fails, and do not make it worse when all of them do. */
import { Client, isTransferError } from 'sluice';

export function patientClient(baseUri: string): Client {
  return new Client({
    baseUri,
    // The whole call: attempts and waits. A wait that would outlast it is not begun.
    timeout: '30s',
    retry: {
      limit: 3,
      maxDelay: '5s',
      // At most 10 % more requests to an origin than without retries, and 5 in any minute of little traffic.
      budget: { ratio: 0.1, min: 5, window: '1m' },
    },
    // POST and PATCH too, each with one key for all of its attempts.
    idempotencyKey: 'auto',
  });
}

/** Why a call was given up, for a log. */
export function verdict(error: unknown): string {
  if (!isTransferError(error)) return String(error);
  const [, reason = 'the attempts are used up'] = error.message.split('not retried: ');
  return `${error.code} after ${error.attempts} attempts: ${reason}`;
}

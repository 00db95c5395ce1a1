/** Retries that help when a request fails, and do not make it worse when all of them do. */
import { Client, type ClientOptions, isTransferError } from 'sluice';

/** @param options over those below; a test gives a double as `handler` */
export function patientClient(options: ClientOptions): Client {
  return new Client({
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
    ...options,
  });
}

/** Why a call was given up, for a log. */
export function verdict(error: unknown): string {
  if (!isTransferError(error)) return String(error);
  const { code, attempts, message } = error;
  // None where the limit ended it, and for what no other attempt would mend, such as 404.
  const [, reason] = message.split('not retried: ');
  return `${code} after ${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}${reason ? `: ${reason}` : ''}`;
}

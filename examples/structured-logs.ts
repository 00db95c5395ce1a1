/** One line of JSON for each call, by pino, and one for each attempt at the level `debug`. Secrets are masked in both. */
import type { Logger } from 'pino';
import { type Handler, HandlerStack, isTransferError, type Middleware, type TransferStats } from 'sluice';

/** Outermost: it sees the call as its caller does, with the time that redirects, retries and waits took. */
export function logCalls(logger: Logger): Middleware {
  return (next) =>
    function logCalls(request, options) {
      const started = performance.now();
      const facts = () => ({ request: request.toJSON(), ms: Math.round(performance.now() - started) });
      return next(request, options).then(
        (response) => {
          logger.info({ ...facts(), status: response.status, attempts: response.attempts }, 'call');
          return response;
        },
        (error: unknown) => {
          // Our errors mask themselves, their stack and their cause too; pino's `err` writes them.
          const code = isTransferError(error) ? error.code : undefined;
          logger.error({ ...facts(), code, err: error }, 'call failed');
          throw error;
        },
      );
    };
}

/** For the option `onStats`. */
export function logAttempts(logger: Logger): (stats: TransferStats) => void {
  return ({ request, response, error, attempt, hop, timings }) => {
    const code = isTransferError(error) ? error.code : undefined;
    logger.debug({ url: request.toJSON().url, status: response?.status, code, attempt, hop, timings }, 'attempt');
  };
}

/** @param handler what sends; a test gives a double */
export const stackWith = (logger: Logger, handler?: Handler) =>
  HandlerStack.create(handler).unshift(logCalls(logger), 'logCalls');

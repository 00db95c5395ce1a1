/** Writes a line for each transfer to a logger. */

import { isResponseError } from '../../message/errors.ts';
import { isThenable, kindOf } from '../../runtime/kind-of.ts';
import type { Middleware } from '../../stack/handler.ts';
import { send } from '../../stack/next.ts';
import { MessageFormatter } from './message-formatter.ts';

/** `console`, or anything with pino's shape: a method for each level that takes a line. */
export type Logger = { error(line: string): unknown } & { readonly [level in LogLevel]?: (line: string) => unknown };
/** The method of a logger that a line goes to. */
export type LogLevel = 'trace' | 'debug' | 'info' | 'log' | 'warn' | 'error';

/**
 * Calls `logger[level](line)` when a transfer has settled, `logger.error(line)` when it failed: pushed, for each hop and
 * attempt; unshifted, for each call. Secrets are masked, `redact` adds to their names.
 *
 * Logging never changes the outcome: what the logger or the formatter throws is dropped.
 *
 *     stack.unshift(log(console, MessageFormatter.SHORT), 'log');
 *
 * @param template a template for `MessageFormatter`, or one that is made; default `MessageFormatter.CLF`
 * @param level default `'info'`
 * @throws TypeError when the logger has no method for `level` or for `'error'`
 */
export function log(logger: Logger, template?: string | MessageFormatter | null, level: LogLevel = 'info'): Middleware {
  for (const needed of [level, 'error'] as const) {
    if (typeof logger?.[needed] === 'function') continue;
    throw new TypeError(
      `log takes a logger such as console, with a method ${JSON.stringify(needed)}, got ${kindOf(logger)}`,
    );
  }
  const formatter = template instanceof MessageFormatter ? template : new MessageFormatter(template);
  return (next) =>
    function log(request, options) {
      return send(next, request, options).then(
        (response) => {
          write(logger, level, () => formatter.format(request, response, undefined, options));
          return response;
        },
        (error: unknown) => {
          const response = isResponseError(error) ? error.response : undefined;
          write(logger, 'error', () => formatter.format(request, response, error, options));
          throw error;
        },
      );
    };
}

function write(logger: Logger, level: LogLevel, line: () => string): void {
  try {
    const written = logger[level]?.(line());
    if (isThenable(written)) written.then(undefined, () => undefined);
  } catch {
    // A full disk must not turn an answer into a failure.
  }
}

/**
 * Shows the exchange as `curl -v` does: what goes to the handler and what comes from it, for each hop and attempt.
 * Secrets are masked, bodies are only counted.
 */

import { callOf } from '../../call/call.ts';
import { maskerOf } from '../../call/masker.ts';
import type { RequestBody } from '../../message/body.ts';
import type { HttpRequest } from '../../message/request.ts';
import type { HttpResponse } from '../../message/response.ts';
import type { RequestOptions } from '../../options/options.ts';
import { refuseSurplus } from '../../runtime/arguments.ts';
import { ignoreRejection } from '../../runtime/kind-of.ts';
import type { Middleware } from '../../stack/handler.ts';
import { send } from '../../stack/next.ts';
import { requestHead, responseHead } from './wire-text.ts';

/** What lines are written to: a stream of Node's, or anything with its `write`. */
interface Writer {
  write(text: string): unknown;
}

/**
 * Reads `debug` and `redact`. `true` writes to standard error, or by `console.error` where there is none. Lines start with
 * `>` for what was sent, `<` for what came, `*` for what is no part of the message. Writing never changes the outcome:
 * what the stream throws is dropped.
 */
export function debug(): Middleware {
  refuseSurplus(arguments, 0, 'the layer debug takes nothing, it reads option debug');
  return (next) =>
    function debug(request, options) {
      if (!options.debug) return next(request, options);
      const writer = options.debug === true ? standardError() : options.debug;
      const { mask } = maskerOf([request], options);
      const redact = [...(request.call?.redact ?? []), ...(options.redact || [])];
      show(writer, () => mask(requestText(request, redact)));
      return send(next, request, options).then(
        (response) => {
          show(writer, () => mask(responseText(response, options, redact)));
          return response;
        },
        (error: unknown) => {
          show(writer, () => mask(`* failed: ${errorText(error)}\n`));
          throw error;
        },
      );
    };
}

/** The request as curl shows it, with a line before it when it is not the first of its call. */
function requestText(request: HttpRequest, redact: readonly string[]): string {
  const { attempt = 1, hop = 0 } = callOf(request) ?? {};
  const again = attempt > 1 || hop > 0 ? `* attempt ${attempt}, redirects so far: ${hop}\n` : '';
  const head = requestHead(request, redact).map((line) => `> ${line}\n`);
  return `${again}${head.join('')}>\n${sentBody(request.body)}`;
}

/** Only counted: reading a stream would take it from the handler. */
function sentBody(body: RequestBody | null): string {
  if (body === null) return '';
  return body.length === undefined ? '* a body of unknown length\n' : `* ${bytes(body.length)} of body\n`;
}

/** The response as it came, and which handler brought it in which time. */
function responseText(response: HttpResponse, options: RequestOptions, redact: readonly string[]): string {
  const head = responseHead(response, redact).map((line) => `< ${line}\n`);
  const size = response.streamed || response.sink !== undefined ? undefined : response.bytesNow()?.byteLength;
  const body = size === undefined || options.stream ? 'a body that is streamed' : `${bytes(size)} of body`;
  const { handler, timings } = response.facts;
  const taken = timings?.total === undefined ? '' : `, ${timings.total.toFixed(1)} ms`;
  return `${head.join('')}<\n* ${body}${handler === undefined ? '' : `, by ${handler}`}${taken}\n`;
}

function errorText(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

function bytes(count: number): string {
  return count === 1 ? '1 byte' : `${count} bytes`;
}

/** One `write` for each half of an exchange, so that those of concurrent requests do not mix line by line. */
function show(writer: Writer, text: () => string): void {
  try {
    ignoreRejection(writer.write(text()));
  } catch {
    // A stream that is closed must not fail the request that it watches.
  }
}

/** `process.stderr`, or in a page the console. */
function standardError(): Writer {
  const { stderr } = (globalThis as { process?: { stderr?: Writer } }).process ?? {};
  return stderr ?? { write: (text) => console.error(text.trimEnd()) };
}

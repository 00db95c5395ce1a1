/**
 * A span and the metrics of every send, by OpenTelemetry's conventions for HTTP clients. Next to the handler: each hop,
 * attempt and leg of a challenge is a send of its own. Whatever the tracer does, the request is sent once, and its
 * outcome is its own.
 */

import {
  type Attributes,
  type Context,
  context,
  createContextKey,
  diag,
  type Meter,
  metrics,
  propagation,
  type Span,
  SpanKind,
  SpanStatusCode,
  type TextMapPropagator,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import type { Call } from '../call/call.ts';
import { callOf } from '../call/call.ts';
import { clockOfCall } from '../call/call-clock.ts';
import type { HttpRequest } from '../message/request.ts';
import type { HttpResponse } from '../message/response.ts';
import { seenBody } from '../message/seen-body.ts';
import type { RequestOptions } from '../options/options.ts';
import { settingsOf } from '../options/settings-of.ts';
import { kindOf } from '../runtime/kind-of.ts';
import { VERSION } from '../runtime/version.ts';
import type { Handler, Middleware, Transport } from '../stack/handler.ts';
import { send } from '../stack/next.ts';
import { errorType, requestAttributes, responseAttributes, siteAttributes, spanName } from './attributes.ts';
import { Instruments } from './instruments.ts';

/** Whose tracer, meter and propagator `otel` uses. */
export interface OtelOptions {
  /** Default: that of the global provider, of the name `sluice`. */
  readonly tracer?: Tracer | undefined;
  /** Default: that of the global provider, of the name `sluice`. */
  readonly meter?: Meter | undefined;
  /** Writes the trace into the headers. Default: the global propagator. */
  readonly propagator?: TextMapPropagator | undefined;
}

/** The key of the SDK, which is the same for every copy of it: what runs under it makes no spans. */
const SUPPRESSED = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING');

/**
 * A layer to push: `HandlerStack.create().push(otel(), 'otel')`. Under it, other instrumentations (of `node:http` and undici)
 * make no spans, so that there is one for each send. Needs `@opentelemetry/api`.
 * @throws TypeError for an option of another kind
 * @see https://opentelemetry.io/docs/specs/semconv/http/
 */
export function otel(options: OtelOptions = {}): Middleware {
  const own = checked(settingsOf('otel', options, ['tracer', 'meter', 'propagator']));
  const watch = new Watch(own);
  const layer: Middleware = (next) => {
    watch.knows(next);
    return function otel(request, given) {
      return watch.send(next, request, given);
    };
  };
  return Object.defineProperty(layer, 'name', { value: 'otel' });
}

/** @throws TypeError for what lacks the method that is called here: a version of another API */
function checked(options: OtelOptions): OtelOptions {
  const methods = { tracer: 'startSpan', meter: 'createHistogram', propagator: 'inject' } as const;
  for (const [name, method] of Object.entries(methods)) {
    const value = options[name as keyof OtelOptions] as unknown;
    if (value === undefined || typeof Object(value)[method] === 'function') continue;
    throw new TypeError(`option ${name} of otel must be a ${name} of @opentelemetry/api, got ${kindOf(value)}`);
  }
  return options;
}

/** One layer: what its sends have in common. */
class Watch {
  readonly #options: OtelOptions;
  readonly #transports = new Set<WeakRef<Transport>>();
  /** How often the requests of a call were sent. */
  readonly #sends = new WeakMap<Call, number>();
  /** Asked for with the first request, when the application has registered its provider. */
  #tracer: Tracer | undefined;
  #instruments: Instruments | undefined;

  constructor(options: OtelOptions) {
    this.#options = options;
  }

  /** A handler below, whose connections are counted for as long as somebody has it. */
  knows(next: Transport): void {
    if (Object.hasOwn(next, 'stats')) this.#transports.add(new WeakRef(next));
  }

  /** Sends within a span. When telemetry fails to begin, the request is sent without one. */
  send(next: Handler, request: HttpRequest, options: RequestOptions): Promise<HttpResponse> {
    const sending = attempt(() => this.#begin(request, options));
    if (sending === undefined) return send(next, request, options);
    return this.#within(sending.context, () => send(next, sending.request, options)).then(
      (response) => sending.answered(response),
      (error: unknown) => {
        sending.failed(error);
        throw error;
      },
    );
  }

  /** Starts the span, with the attributes that samplers look at, and writes the trace into the headers. */
  #begin(request: HttpRequest, options: RequestOptions): Sending {
    const call = callOf(request);
    const sent = (call && this.#sends.get(call)) ?? 0;
    if (call !== undefined) this.#sends.set(call, sent + 1);
    this.#tracer ??= this.#options.tracer ?? trace.getTracer('sluice', VERSION);
    const redact = [...(call?.redact ?? []), ...(options.redact || [])];
    const attributes = requestAttributes(request, redact, sent);
    const parent = context.active();
    const span = this.#tracer.startSpan(spanName(request), { kind: SpanKind.CLIENT, attributes }, parent);
    const own = trace.setSpan(parent, span);
    const carrying = attempt(() => this.#injected(request, own)) ?? request;
    const clock = clockOfCall(request, options);
    return new Sending(span, carrying, own.setValue(SUPPRESSED, true), this.#measures(), () => clock.now());
  }

  /** The request with the trace in its headers. */
  #injected(request: HttpRequest, own: Context): HttpRequest {
    const added: Record<string, string> = Object.create(null);
    const setter = { set: (carrier: typeof added, name: string, value: string) => void (carrier[name] = value) };
    if (this.#options.propagator === undefined) propagation.inject(own, added, setter);
    else this.#options.propagator.inject(own, added, setter);
    let { headers } = request;
    for (const [name, value] of Object.entries(added)) headers = headers.with(name, value);
    return request.with({ headers });
  }

  /** The instruments, made once; none while the meter fails. */
  #measures(): Instruments | undefined {
    this.#instruments ??= attempt(() => {
      const meter = this.#options.meter ?? metrics.getMeter('sluice', VERSION);
      return new Instruments(meter, () => this.#alive());
    });
    return this.#instruments;
  }

  /** The transports that still exist. */
  *#alive(): Generator<Transport> {
    for (const reference of this.#transports) {
      const transport = reference.deref();
      if (transport === undefined) this.#transports.delete(reference);
      else yield transport;
    }
  }

  /** Runs it once, also when the context manager is broken. */
  #within(own: Context, run: () => Promise<HttpResponse>): Promise<HttpResponse> {
    let running: Promise<HttpResponse> | undefined;
    attempt(() => context.with(own, () => (running = run())));
    return running ?? run();
  }
}

/** One send on its way. */
class Sending {
  readonly #span: Span;
  readonly request: HttpRequest;
  readonly context: Context;
  readonly #instruments: Instruments | undefined;
  readonly #now: () => number;
  readonly #started: number;
  /** The answer, whose body may still come. */
  #response: HttpResponse | undefined;

  constructor(span: Span, request: HttpRequest, own: Context, instruments: Instruments | undefined, now: () => number) {
    this.#span = span;
    this.request = request;
    this.context = own;
    this.#instruments = instruments;
    this.#now = now;
    this.#started = now();
    attempt(() => instruments?.started(siteAttributes(request)));
  }

  /** The span of a streamed answer ends with its body, read or dropped. */
  answered(response: HttpResponse): HttpResponse {
    this.#response = response;
    if (!response.streamed) {
      this.#end(undefined);
      return response;
    }
    return seenBody(response, 0, false, ({ error }) => this.#end(error));
  }

  /** The send rejected. */
  failed(error: unknown): void {
    this.#end(error ?? new Error('the request failed'));
  }

  /** Ends span and measurement. Each step alone: one that fails does not keep the others from happening. */
  #end(error: unknown): void {
    const outcome = attempt(() => this.#outcome(error)) ?? {};
    attempt(() => {
      this.#span.setAttributes(outcome);
      const isFailed = outcome['error.type'] !== undefined;
      // The conventions leave the words out where the status says all.
      if (isFailed) this.#span.setStatus({ code: SpanStatusCode.ERROR, ...(error !== undefined && wordsOf(error)) });
    });
    attempt(() => this.#span.end());
    attempt(() => this.#instruments?.ended(siteAttributes(this.request), outcome, this.#now() - this.#started));
  }

  /** What is known at the end: the answer, the error, or both for a body that broke. */
  #outcome(error: unknown): Attributes {
    return {
      ...(this.#response !== undefined && responseAttributes(this.#response)),
      ...(error !== undefined && { 'error.type': errorType(error) }),
    };
  }
}

function wordsOf(error: unknown): { message: string } {
  return { message: error instanceof Error ? error.message : String(error) };
}

/** What telemetry throws is told to its own diagnostics, and fails no request. */
function attempt<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    try {
      diag.error('sluice/otel', error as Error);
    } catch {
      // A logger that throws too has nobody left to tell.
    }
    return undefined;
  }
}

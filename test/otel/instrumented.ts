/**
 * A process with OpenTelemetry's own instrumentations of `node:http` and undici, which sends one request over each handler:
 * `<origin> <with|without>` our layer. Prints a line of JSON for each: the scopes of its client spans, and what was on the wire.
 */
import 'node:http'; // As an app does that serves: what a module imports by name is no other for a later patch.
import { createRequire } from 'node:module';
import { context, propagation, SpanKind, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';

const exporter = new InMemorySpanExporter();
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
propagation.setGlobalPropagator(new W3CTraceContextPropagator());
trace.setGlobalTracerProvider(provider);
const http = new HttpInstrumentation();
const undici = new UndiciInstrumentation();
for (const one of [http, undici]) one.setTracerProvider(provider);
// The instrumentation takes a module over when it is asked for.
const require = createRequire(import.meta.url);
for (const name of ['http', 'https']) require(name);

const { Client, fetchHandler, HandlerStack, nodeHttpHandler, streamHandler, undiciHandler } = await import(
  '../../src/index.ts'
);
const { otel } = await import('../../src/otel/index.ts');

const [origin = '', layer] = process.argv.slice(2);
const handlers = { undici: undiciHandler, node: nodeHttpHandler, stream: streamHandler, fetch: fetchHandler };
for (const [name, make] of Object.entries(handlers)) {
  const handler = HandlerStack.create(make());
  if (layer === 'with') handler.push(otel());
  const client = new Client({ handler, baseUri: origin, retry: { limit: 1, delay: () => 0 } });
  exporter.reset();
  // Several at once over one connection, where it is ours: two wait for the first.
  const options = { stream: name === 'stream', ...(name !== 'fetch' && { connections: 1 }) };
  const calls = Array.from({ length: 3 }, (_, at) => client.get(`/headers?${at}`, options).json<unknown>());
  const answers = await Promise.all(calls);
  await client.close();
  const spans = exporter.getFinishedSpans().filter(({ kind }) => kind === SpanKind.CLIENT);
  const ids = spans.map((span) => `00-${span.spanContext().traceId}-${span.spanContext().spanId}-01`);
  const scopes = spans.map(({ instrumentationScope }) => instrumentationScope.name);
  const sent = answers.map((answer) => /"traceparent":"([^"]*)"/.exec(JSON.stringify(answer))?.[1]);
  console.log(
    JSON.stringify({ name, scopes, isOnTheWire: sent.every((one) => one !== undefined && ids.includes(one)) }),
  );
}

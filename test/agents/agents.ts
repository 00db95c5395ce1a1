/** Each agent: what is preloaded, how it is told where its intake is, and which headers are its own. */
export interface Agent {
  readonly packages: Readonly<Record<string, string>>;
  /** An ES module that starts it, and says in `globalThis.agent` how a span is made and how all are sent. */
  readonly preload: string;
  /** Taken with `-r`, before everything. */
  readonly require?: string;
  env(intake: string): Readonly<Record<string, string>>;
  readonly headers: readonly string[];
  /** The id of the span that a request says it belongs to, in 16 hexadecimal digits. */
  parentOf(headers: Readonly<Record<string, string>>): string | undefined;
  /** The handlers that it has no instrumentation for, and why. */
  readonly blind: Readonly<Record<string, string>>;
  /** Calls of which a span is never sent, and why; the header is there all the same. */
  readonly unended?: Readonly<Record<string, string>>;
}

const traceparent = (headers: Readonly<Record<string, string>>): string | undefined =>
  headers['traceparent']?.split('-')[2];

const OTEL_2 = '2.12.1';

export const agents: Readonly<Record<string, Agent>> = {
  opentelemetry: {
    packages: {
      '@opentelemetry/api': '1.9.1',
      '@opentelemetry/context-async-hooks': OTEL_2,
      '@opentelemetry/core': OTEL_2,
      '@opentelemetry/exporter-trace-otlp-http': '0.223.1',
      '@opentelemetry/instrumentation-http': '0.223.0',
      '@opentelemetry/instrumentation-undici': '0.33.0',
      '@opentelemetry/sdk-trace-base': OTEL_2,
    },
    preload: `
import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
const exporter = new OTLPTraceExporter({ url: process.env.INTAKE + '/v1/traces' });
const provider = new BasicTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] });
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
propagation.setGlobalPropagator(new W3CTraceContextPropagator());
trace.setGlobalTracerProvider(provider);
for (const one of [new HttpInstrumentation(), new UndiciInstrumentation()]) one.setTracerProvider(provider);
globalThis.agent = {
  span: (name, run) => trace.getTracer('program').startActiveSpan(name, (span) => run().finally(() => span.end())),
  flush: () => provider.shutdown(),
};
`,
    env: (intake) => ({ INTAKE: intake }),
    headers: ['traceparent', 'tracestate'],
    parentOf: traceparent,
    blind: { http2: 'there is no instrumentation of node:http2' },
  },
  'dd-trace': {
    packages: { 'dd-trace': '5.132.0' },
    preload: `
import 'dd-trace/initialize.mjs';
import tracer from 'dd-trace';
globalThis.agent = {
  span: (name, run) => tracer.trace(name, run),
  flush: () => new Promise((resolve) => setTimeout(resolve, 1500)),
};
`,
    env: (intake) => ({
      DD_TRACE_AGENT_URL: intake,
      DD_TRACE_FLUSH_INTERVAL: '100',
      DD_INSTRUMENTATION_TELEMETRY_ENABLED: 'false',
      DD_REMOTE_CONFIGURATION_ENABLED: 'false',
      DD_TRACE_STARTUP_LOGS: 'false',
    }),
    headers: [
      ...['traceparent', 'tracestate', 'x-datadog-trace-id', 'x-datadog-parent-id', 'x-datadog-sampling-priority'],
      ...['x-datadog-tags', 'x-datadog-origin', 'baggage'],
    ],
    parentOf: traceparent,
    blind: {},
  },
  sentry: {
    packages: { '@sentry/node': '11.12.0' },
    preload: `
import * as Sentry from '@sentry/node';
const dsn = process.env.INTAKE.replace('http://', 'http://key@') + '/1';
Sentry.init({ dsn, tracesSampleRate: 1 });
globalThis.agent = {
  span: (name, run) => Sentry.startSpan({ name }, run),
  flush: () => Sentry.flush(5000),
};
`,
    env: (intake) => ({ INTAKE: intake }),
    headers: ['sentry-trace', 'baggage', 'traceparent'],
    parentOf: (headers) => headers['sentry-trace']?.split('-')[1],
    blind: { http2: 'there is no instrumentation of node:http2' },
  },
  elastic: {
    packages: { 'elastic-apm-node': '4.18.0' },
    require: 'elastic-apm-node/start.js',
    preload: `
import apm from 'elastic-apm-node';
globalThis.agent = {
  span: async (name, run) => {
    const transaction = apm.startTransaction(name);
    try {
      return await run();
    } finally {
      transaction.end();
    }
  },
  flush: () => apm.flush(),
};
`,
    env: (intake) => ({
      ELASTIC_APM_SERVER_URL: intake,
      ELASTIC_APM_SERVICE_NAME: 'program',
      ELASTIC_APM_LOG_LEVEL: 'off',
      ELASTIC_APM_CLOUD_PROVIDER: 'none',
      ELASTIC_APM_CENTRAL_CONFIG: 'false',
      ELASTIC_APM_METRICS_INTERVAL: '0s',
      ELASTIC_APM_SPAN_COMPRESSION_ENABLED: 'false',
    }),
    unended: {
      'stream redirect': 'it ends a span with the last byte of an answer, and this one is dropped before',
      'stream retry': 'it ends a span with the last byte of an answer, and this one is dropped before',
    },
    headers: ['traceparent', 'tracestate', 'elastic-apm-traceparent'],
    parentOf: traceparent,
    blind: {},
  },
};

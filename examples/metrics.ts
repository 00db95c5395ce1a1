/**
 * Durations, requests under way and connections of a client as OpenTelemetry metrics. A reader gives them to whatever
 * collects: an exporter for OTLP, or `PrometheusExporter`, which is a reader with a page of its own.
 */
import { MeterProvider, type MetricReader } from '@opentelemetry/sdk-metrics';
import { Client, type ClientOptions, HandlerStack } from 'sluice';
import { otel } from 'sluice/otel';

export function measuredClient(reader: MetricReader, options: ClientOptions = {}): Client {
  // An application that has set its provider up needs neither: `otel()` takes the global one.
  const meter = new MeterProvider({ readers: [reader] }).getMeter('my-service');
  return new Client({ ...options, handler: HandlerStack.create().push(otel({ meter }), 'otel') });
}

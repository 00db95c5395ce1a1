/** `sluice/otel`: spans and metrics of every send, by OpenTelemetry's conventions. */
export { type OtelOptions, otel } from './otel.ts';

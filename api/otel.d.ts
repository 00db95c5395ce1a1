// OtelOptions
interface OtelOptions {
    readonly tracer?: Tracer;
    readonly meter?: Meter;
    readonly propagator?: TextMapPropagator;
}
// otel
declare function otel(options?: OtelOptions): Middleware;
// Mentioned above, and not exported by a name

// OtelOptions
interface OtelOptions {
    readonly tracer?: Tracer | undefined;
    readonly meter?: Meter | undefined;
    readonly propagator?: TextMapPropagator | undefined;
}
// otel
declare function otel(options?: OtelOptions): Middleware;
// Mentioned above, and not exported by a name

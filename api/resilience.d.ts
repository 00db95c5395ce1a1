// BreakerOptions
interface BreakerOptions {
    per?: Per | undefined;
    threshold?: number | undefined;
    window?: Duration | undefined;
    halfOpenAfter?: Duration | undefined;
}
// CircuitOpenError
interface CircuitOpenError extends NetworkError {
    readonly retryAt: number;
}
// HedgeOptions
interface HedgeOptions {
    after: Duration | `p${number}`;
    max?: number | undefined;
}
// Per
type Per = 'origin' | ((request: HttpRequest) => string | undefined);
// RateLimitOptions
interface RateLimitOptions {
    per?: Per | undefined;
    limit?: number | undefined;
    interval?: Duration | undefined;
    burst?: number | undefined;
    learn?: boolean | undefined;
    store?: SharedLimiter | undefined;
}
// SharedLimiter
interface SharedLimiter {
    consume(key: string, points?: number): Promise<unknown>;
}
// breaker
declare function breaker(options?: BreakerOptions): Middleware;
// coalesce
declare function coalesce(settings?: Readonly<Record<string, never>>): Middleware;
// hedge
declare function hedge(options: HedgeOptions): Middleware;
// isCircuitOpenError
declare function isCircuitOpenError(error: unknown): error is CircuitOpenError;
// rateLimit
declare function rateLimit(options: RateLimitOptions): Middleware;
// Mentioned above, and not exported by a name

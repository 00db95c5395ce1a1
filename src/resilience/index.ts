/** `sluice/resilience`: layers to push that keep a client polite to a server, and a server's bad day from its callers. */

export { type BreakerOptions, breaker, type CircuitOpenError, isCircuitOpenError } from './breaker.ts';
export { coalesce } from './coalesce.ts';
export { type HedgeOptions, hedge } from './hedge.ts';
export { type RateLimitOptions, rateLimit } from './rate-limit.ts';
export type { Per } from './settings.ts';
export type { SharedLimiter } from './shared-limit.ts';

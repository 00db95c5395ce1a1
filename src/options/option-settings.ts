/**
 * What reads the records of settings within options. In the build for browsers only the layers do, which load with a
 * call.
 */
export { redirectPolicy } from './redirect-policy.ts';
export { retryRules } from './retry-rules.ts';

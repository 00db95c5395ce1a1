/** Settings that layers read with each call: a mistake in a client's default is to show where it is made. */
import { redirectPolicy } from '../middleware/redirect/redirect-options.ts';
import { retryRules } from '../middleware/retry/retry-options.ts';
import type { RequestOptions } from '../options/options.ts';

/** @throws TypeError */
export function checkDefaults({ allowRedirects, retry: retries }: RequestOptions): void {
  redirectPolicy(allowRedirects);
  retryRules(retries);
}

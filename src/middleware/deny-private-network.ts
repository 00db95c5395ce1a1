/**
 * Keeps whatever is below it from dialling private addresses. A layer of its own because an option can be overwritten by
 * the next call: pushed by whoever owns the client, this cannot. The handler decides, on the address that it dials.
 */

import { extendOptions } from '../options/option-record.ts';
import type { PrivateNetworkOptions, RequestOptions } from '../options/options.ts';
import { rememberLast } from '../options/remember-last.ts';
import type { Middleware } from '../stack/handler.ts';

/** @param policy `true`, or what is allowed and denied beside the built-in list, as in option `denyPrivateNetwork` */
export function denyPrivateNetwork(policy: true | PrivateNetworkOptions = true): Middleware {
  if (policy !== true && (typeof policy !== 'object' || policy === null || Array.isArray(policy))) {
    throw new TypeError('denyPrivateNetwork takes true or { allow, deny }');
  }
  return (next) => {
    // Handlers know options by identity.
    const guarded = rememberLast((given: RequestOptions) => extendOptions(given, { denyPrivateNetwork: policy }));
    return function denyPrivateNetwork(request, options) {
      return next(request, options.denyPrivateNetwork === policy ? options : guarded(options));
    };
  };
}

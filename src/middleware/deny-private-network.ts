/**
 * Keeps whatever is below it from dialling private addresses. A layer of its own because an option can be overwritten by
 * the next call: pushed by whoever owns the client, this cannot. The handler decides, on the address that it dials.
 */

import { changedOptions } from '../options/changed-options.ts';
import type { PrivateNetworkOptions } from '../options/options.ts';
import { settingsOf } from '../options/settings-of.ts';
import type { Middleware } from '../stack/handler.ts';

/**
 * A layer to push: refuses private addresses for all that goes through it, whatever a call says.
 * @param policy `true`, or what is allowed and denied beside the built-in list, as in option `denyPrivateNetwork`
 * @throws TypeError for another policy
 */
export function denyPrivateNetwork(policy: true | PrivateNetworkOptions = true): Middleware {
  if (policy !== true && (typeof policy !== 'object' || policy === null || Array.isArray(policy))) {
    throw new TypeError('denyPrivateNetwork takes true or { allow, deny }');
  }
  if (policy !== true) settingsOf('denyPrivateNetwork', policy, ['allow', 'deny']);
  return (next) => {
    const guarded = changedOptions({ denyPrivateNetwork: policy });
    return function denyPrivateNetwork(request, options) {
      return next(request, options.denyPrivateNetwork === policy ? options : guarded(options));
    };
  };
}

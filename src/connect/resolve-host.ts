/** From a host name to the addresses to try, in their order, by the system's resolver or the caller's `lookup`. */

import { lookup as systemLookup } from 'node:dns';
import { isIP } from 'node:net';
import { runtimeOptions } from '../message/runtime-options.ts';
import type { Lookup } from '../options/options.ts';
import { isThenable } from '../runtime/kind-of.ts';
import type { DialSettings } from './settings/dial-settings.ts';

export interface Address {
  readonly address: string;
  readonly family: 4 | 6;
}

type Resolved = (error: unknown, addresses: readonly Address[]) => void;

/** Calls back once, never within the call. The addresses are in the order to try them. */
export function resolveHost(hostname: string, settings: DialSettings, callback: Resolved): void {
  // An address needs no resolver, but must obey `forceIpResolve` all the same.
  const literal = isIP(hostname);
  if (literal !== 0) {
    const one: Address = { address: hostname, family: literal === 6 ? 6 : 4 };
    queueMicrotask(() => finish([one], hostname, settings, callback));
    return;
  }
  if (settings.lookup !== undefined) {
    customLookup(settings.lookup, hostname, settings, callback);
    return;
  }
  systemLookup(
    hostname,
    runtimeOptions('dns', { all: true as const, family: settings.family, verbatim: true }),
    (error, addresses) => {
      if (error !== null) callback(error, []);
      else
        finish(
          addresses.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 })),
          hostname,
          settings,
          callback,
        );
    },
  );
}

/** A `lookup` may call back or return a promise; whichever comes first counts. */
function customLookup(lookup: Lookup, hostname: string, settings: DialSettings, callback: Resolved): void {
  let isDone = false;
  const done = (error: unknown, found: unknown): void => {
    if (isDone) return;
    isDone = true;
    // A lookup that answers at once must not call back within dial(), which has not returned its cancel function yet.
    queueMicrotask(() => {
      if (error) callback(error, []);
      else read(found, hostname, settings, callback);
    });
  };
  try {
    const promise = lookup(
      hostname,
      runtimeOptions('dns', { all: true, family: settings.family }),
      (error, address, family) => {
        done(error, typeof address === 'string' && family !== undefined ? { address, family } : address);
      },
    );
    // `dns.lookup` of Node returns an object that is no promise.
    if (!isThenable(promise)) return;
    promise.then(
      (found) => {
        // An async function that uses the callback resolves to nothing.
        if (found !== undefined) done(null, found);
      },
      (error: unknown) => done(error, undefined),
    );
  } catch (error) {
    done(error, undefined);
  }
}

/**
 * Reads what the caller's `lookup` gave: one address or a list, each as text or as `{ address }`. The family is taken
 * from the address itself, because a lookup may leave it out or state it wrongly.
 */
function read(found: unknown, hostname: string, settings: DialSettings, callback: Resolved): void {
  const addresses: Address[] = [];
  for (const one of Array.isArray(found) ? found : [found]) {
    const address: unknown = typeof one === 'string' ? one : (one as { address?: unknown } | undefined)?.address;
    const version = typeof address === 'string' ? isIP(address) : 0;
    if (version === 0) {
      callback(dnsError(`lookup must give addresses, got ${JSON.stringify(one)}`, hostname), []);
      return;
    }
    addresses.push({ address: address as string, family: version === 6 ? 6 : 4 });
  }
  finish(addresses, hostname, settings, callback);
}

/**
 * The last step of every way to addresses: keeps the families that `forceIpResolve` allows, and brings them into the
 * order in which they are dialled.
 */
function finish(found: readonly Address[], hostname: string, settings: DialSettings, callback: Resolved): void {
  const { family } = settings;
  const usable = family === 0 ? found : found.filter((one) => one.family === family);
  if (usable.length > 0) callback(null, interleaved(usable));
  else
    callback(
      dnsError(
        family === 0 ? 'no address was found' : `it has no IPv${family} address, and forceIpResolve allows no other`,
        hostname,
      ),
      [],
    );
}

/**
 * The families take turns, beginning with the one that the resolver prefers (RFC 8305 section 4), so that a machine whose
 * IPv6 leads nowhere reaches an IPv4 address second and not last.
 */
function interleaved(addresses: readonly Address[]): readonly Address[] {
  const first = addresses.filter((one) => one.family === addresses[0]!.family);
  if (first.length === addresses.length) return addresses;
  const second = addresses.filter((one) => one.family !== addresses[0]!.family);
  const ordered: Address[] = [];
  for (let i = 0; i < Math.max(first.length, second.length); i += 1) {
    ordered.push(...first.slice(i, i + 1), ...second.slice(i, i + 1));
  }
  return ordered;
}

/** An error with the members of Node's own DNS errors, so that `connect/failure.ts` classifies both alike. */
function dnsError(fact: string, hostname: string): Error {
  return Object.assign(new Error(fact), { code: 'ENOTFOUND', syscall: 'lookup', hostname });
}

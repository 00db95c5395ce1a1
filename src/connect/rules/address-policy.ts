/**
 * Which addresses may be dialled under `denyPrivateNetwork`, the guard against server-side request forgery (SSRF). Judged by
 * the address alone, whatever name led to it, because whoever owns a name decides where it leads. Only what the public
 * internet routes passes, so that an address nobody thought of is refused and not reached.
 */

import { NETWORK_ENTRIES } from '../../options/network-entries.ts';
import type { PrivateNetworkOptions } from '../../options/options.ts';
import { kindOf } from '../../runtime/kind-of.ts';
import { type HostRule, hostRule, isFor, plainName } from './host-rule.ts';
import { embedded, type IpAddress, ipAddress, isIn, type Network, network } from './ip-address.ts';

export interface AddressPolicy {
  /** Equal for equal policies. */
  readonly key: string;
  /** Whether this address may be dialled for that host and port. */
  allows(hostname: string, port: number, address: string): boolean;
}

/** IANA's registry of special-purpose IPv4 addresses (RFC 6890), multicast, and what clouds keep for themselves. */
const DENIED_V4 = networks(
  '0.0.0.0/8', // this host (RFC 1122)
  '10.0.0.0/8', // private (RFC 1918)
  '100.64.0.0/10', // shared by carriers (RFC 6598)
  '127.0.0.0/8', // loopback (RFC 1122)
  '168.63.129.16/32', // Azure's platform service
  '169.254.0.0/16', // link-local (RFC 3927), with the metadata services of most clouds
  '172.16.0.0/12', // private (RFC 1918)
  '192.0.0.0/24', // protocol assignments (RFC 6890), with Oracle's metadata service
  '192.0.2.0/24', // documentation (RFC 5737)
  '192.88.99.0/24', // 6to4 relays (RFC 7526)
  '192.168.0.0/16', // private (RFC 1918)
  '198.18.0.0/15', // benchmarks (RFC 2544)
  '198.51.100.0/24', // documentation (RFC 5737)
  '203.0.113.0/24', // documentation (RFC 5737)
  '224.0.0.0/4', // multicast (RFC 5771)
  '240.0.0.0/4', // reserved, with broadcast (RFC 1112)
);
/** The only part of IPv6 that is routed between networks (RFC 4291 section 2.4), and what is special within it. */
const GLOBAL_V6 = networks('2000::/3')[0]!;
const DENIED_V6 = networks(
  '2001::/23', // protocol assignments (RFC 2928), with Teredo (RFC 4380)
  '2001:db8::/32', // documentation (RFC 3849)
  '2002::/16', // 6to4 (RFC 3056)
  '3fff::/20', // documentation (RFC 9637)
);
/** How a machine with IPv6 alone reaches IPv4 (RFC 6052 section 2.1). Judged by the IPv4 address inside. */
const NAT64 = networks('64:ff9b::/96')[0]!;
/** An interface identifier that holds an IPv4 address (RFC 5214 section 6.1): its first bytes, where they begin and end. */
const ISATAP = [/^(?:00|02)005efe$/, 8, 12] as const;

/** @throws TypeError for an invalid entry of `allow` or `deny` */
export function addressPolicy(option: true | PrivateNetworkOptions): AddressPolicy {
  const { allow, deny } = option === true ? { allow: [], deny: [] } : listsOf(option);
  const [allowed, denied] = [rulesOf(allow, 'allow'), rulesOf(deny, 'deny')];
  return {
    key: JSON.stringify([[...allow].sort(), [...deny].sort()]),
    allows(hostname, port, text) {
      const name = plainName(hostname);
      const address = ipAddress(text);
      if (address === undefined) return false;
      if (allowed.some((rule) => applies(rule, name, address, port))) return true;
      // What is denied is so by every way that leads to it.
      const ways = [address, ...inside(address)];
      return ways.every((one) => isPublic(one) && !denied.some((rule) => applies(rule, name, one, port)));
    },
  };
}

/** Whether an address is one that the public internet routes to. */
export function isPublic(address: IpAddress): boolean {
  if (address.kind() === 'ipv4') return !DENIED_V4.some((one) => isIn(address, one));
  const isRouted = isIn(address, GLOBAL_V6) && !DENIED_V6.some((one) => isIn(address, one));
  return (isRouted || isIn(address, NAT64)) && inside(address).every(isPublic);
}

/** The IPv4 address that an IPv6 address leads to; none for most. */
function inside(address: IpAddress): readonly IpAddress[] {
  if (address.kind() === 'ipv4') return [];
  if (isIn(address, NAT64)) return [embedded(address, 12)];
  const [marker, from, to] = ISATAP;
  const identifier = Buffer.from(address.toByteArray().slice(from, to)).toString('hex');
  return marker.test(identifier) ? [embedded(address, to)] : [];
}

/** Whether a rule is about this host. Here `host:port` means that name alone, and not its subdomains as in `NO_PROXY`. */
function applies(rule: HostRule, hostname: string, address: IpAddress, port: number): boolean {
  if (rule.kind === 'name') return rule.port === port && rule.name === hostname;
  return isFor(rule, hostname, address, port);
}

/** Checks the record of the option. A misspelled list would let everything through or nothing, so it is refused. */
function listsOf(option: PrivateNetworkOptions): { allow: readonly string[]; deny: readonly string[] } {
  const unknown = Object.keys(option).find((name) => name !== 'allow' && name !== 'deny');
  if (unknown !== undefined) {
    throw new TypeError(`option denyPrivateNetwork has allow and deny, not ${JSON.stringify(unknown)}`);
  }
  return { allow: listOf(option, 'allow'), deny: listOf(option, 'deny') };
}

function listOf(option: PrivateNetworkOptions, name: 'allow' | 'deny'): readonly string[] {
  const list = (Object.hasOwn(option, name) ? option[name] : undefined) ?? [];
  if (Array.isArray(list) && list.every((one) => typeof one === 'string')) return list;
  throw new TypeError(`option denyPrivateNetwork.${name} must be a list of texts, got ${kindOf(list)}`);
}

/**
 * Wildcards and names without a port are refused: a name exempts whatever address it resolves to, so that it has to be
 * as narrow as possible.
 */
function rulesOf(list: readonly string[], name: string): HostRule[] {
  return list.map((entry) => {
    const rule = /^\s*(?:\*|\.)/.test(entry) ? undefined : hostRule(entry);
    if (rule !== undefined && (rule.kind !== 'name' || rule.port !== undefined)) return rule;
    throw new TypeError(`option denyPrivateNetwork.${name} must list ${NETWORK_ENTRIES}, got ${JSON.stringify(entry)}`);
  });
}

function networks(...texts: string[]): readonly Network[] {
  return texts.map((text) => network(text)!);
}

/**
 * One entry in a list of hosts that a person wrote (`NO_PROXY`, `denyPrivateNetwork`): a name, an address in any spelling, a
 * network, with or without a port.
 */
import { type IpAddress, ipAddress, isIn, isSame, type Network, network } from './ip-address.ts';

export type HostRule =
  | { readonly kind: 'any'; readonly port: number | undefined }
  | { readonly kind: 'name'; readonly name: string; readonly port: number | undefined }
  | { readonly kind: 'address'; readonly address: IpAddress; readonly port: number | undefined }
  | { readonly kind: 'network'; readonly network: Network };

/** A host name of ASCII labels. Underscores are used although they are not allowed (RFC 1123 section 2.1). */
const NAME = /^(?:[a-z0-9_-]+\.)*[a-z0-9_-]+$/;

/** Reads an entry; `undefined` for an invalid one. A leading `.` or `*.` says nothing beyond the name. */
export function hostRule(entry: string): HostRule | undefined {
  const text = entry.trim().toLowerCase();
  if (text.includes('/')) {
    const found = network(text);
    return found && { kind: 'network', network: found };
  }
  const bracketed = /^\[([^\]]+)\](?::(\d+))?$/.exec(text);
  if (bracketed !== null) return addressRule(bracketed[1]!, bracketed[2]);
  // More than one colon outside of brackets: an IPv6 address, which has no port here.
  if (text.indexOf(':') !== text.lastIndexOf(':')) return addressRule(text, undefined);
  const [, host = '', port] = /^([^:]*)(?::(\d+))?$/.exec(text) ?? [];
  if (host === '*') return isPort(port) ? { kind: 'any', port: numberOf(port) } : undefined;
  return addressRule(host.replace(/\.$/, ''), port) ?? nameRule(host, port);
}

/** Whether a rule is for this host; a network is for hosts that are addresses, and no name is resolved to find out. */
export function isFor(rule: HostRule, hostname: string, address: IpAddress | undefined, port: number): boolean {
  if (rule.kind === 'network') return address !== undefined && isIn(address, rule.network);
  if (rule.port !== undefined && rule.port !== port) return false;
  if (rule.kind === 'any') return true;
  if (rule.kind === 'address') return address !== undefined && isSame(address, rule.address);
  return hostname === rule.name || hostname.endsWith(`.${rule.name}`);
}

/** A host name as rules have it: lower case, without the dot that ends a fully qualified name. */
export function plainName(hostname: string): string {
  return hostname.toLowerCase().replace(/\.$/, '');
}

function addressRule(text: string, port: string | undefined): HostRule | undefined {
  const address = ipAddress(text);
  return address === undefined || !isPort(port) ? undefined : { kind: 'address', address, port: numberOf(port) };
}

function nameRule(host: string, port: string | undefined): HostRule | undefined {
  const name = ascii(host.replace(/^\*?\./, '').replace(/\.$/, ''));
  return NAME.test(name) && isPort(port) ? { kind: 'name', name, port: numberOf(port) } : undefined;
}

/** The name in ASCII, as URLs have it: an international name becomes its `xn--` form. */
function ascii(name: string): string {
  if (/^[\x21-\x7e]*$/.test(name)) return name;
  return URL.canParse(`http://${name}/`) ? new URL(`http://${name}/`).hostname : '';
}

function isPort(port: string | undefined): boolean {
  return port === undefined || (Number(port) > 0 && Number(port) < 65_536);
}

function numberOf(port: string | undefined): number | undefined {
  return port === undefined ? undefined : Number(port);
}

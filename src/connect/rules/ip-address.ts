/**
 * IP addresses in one form, however they were written: `127.1`, `0x7f000001` and `::ffff:127.0.0.1` are one address. Rules
 * that compared texts could be evaded by another spelling.
 */
import ipaddr from 'ipaddr.js';

export type IpAddress = ipaddr.IPv4 | ipaddr.IPv6;
/** A network: its address and the bits that count. */
export type Network = readonly [address: IpAddress, bits: number];

/** The address that a text names in any spelling, without brackets or zone; `undefined` when it names none. */
export function ipAddress(text: string): IpAddress | undefined {
  const plain = text.replace(/%.*$/s, '');
  if (!ipaddr.isValid(plain)) return undefined;
  // RFC 4291 section 2.5.5.2: `::ffff:127.0.0.1` reaches what 127.0.0.1 does.
  return ipaddr.process(plain);
}

/** The network of a CIDR notation; missing zeros at the end of an IPv4 prefix may be left out, as in `10/8`. */
export function network(text: string): Network | undefined {
  const short = /^\d+(?:\.\d+){0,2}(?=\/)/.exec(text)?.[0];
  const whole =
    short === undefined ? text : `${short}${'.0'.repeat(4 - short.split('.').length)}${text.slice(short.length)}`;
  if (!ipaddr.IPv4.isValidCIDRFourPartDecimal(whole) && !ipaddr.IPv6.isValidCIDR(whole)) return undefined;
  const [address, bits] = ipaddr.parseCIDR(whole);
  // A network of IPv4-mapped addresses is the IPv4 network inside: addresses are compared in that form.
  if (address.kind() === 'ipv6' && (address as ipaddr.IPv6).isIPv4MappedAddress() && bits >= 96) {
    return [(address as ipaddr.IPv6).toIPv4Address(), bits - 96];
  }
  return [address, bits];
}

/** Whether an address belongs to a network; one of the other family never does. */
export function isIn(address: IpAddress, [base, bits]: Network): boolean {
  return address.kind() === base.kind() && address.match(base, bits);
}

/** Both addresses come from `ipAddress`, so that one spelling stands for one address. */
export function isSame(a: IpAddress, b: IpAddress): boolean {
  return a.kind() === b.kind() && a.toString() === b.toString();
}

/** The IPv4 address in four bytes of another address. */
export function embedded(address: IpAddress, from: number): IpAddress {
  return ipaddr.fromByteArray(address.toByteArray().slice(from, from + 4));
}

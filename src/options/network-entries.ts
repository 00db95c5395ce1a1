/**
 * What an entry of `denyPrivateNetwork` and of `proxy.no` looks like: enough to tell a slip where the option is given.
 * `connect/rules` reads them in full when something is dialled, with the library that knows every spelling of an address.
 */

/** What the two lists hold, for messages. */
export const NETWORK_ENTRIES = 'addresses, networks and host:port, such as 10.1.2.3, fd00::/8 or db.internal:8080';
export const PROXY_EXCEPTIONS =
  'names, addresses and networks such as example.com, .example.com:8080, 10.0.0.0/8, [::1]:80 or *';

/** A name alone would let through whatever address it has; it needs a port. */
export function isNetworkEntry(entry: string): boolean {
  const text = entry.trim();
  if (text.includes('/')) return isNetwork(text);
  if (/^[*.]/.test(text)) return false;
  return isAddress(text) || /^(?:[^\s:[\]]+|\[[^\]]+\]):\d+$/.test(text);
}

export function isProxyException(entry: string): boolean {
  if (entry.includes('/')) return isNetwork(entry);
  return isAddress(entry) || /^(?:\*|(?:\*?\.)?[^\s*:/[\]]+|\[[^\]]+\])(?::\d+)?$/.test(entry);
}

/** The entries of a text or a list, each of which may itself be a list, separated by commas or blanks. */
export function exceptionsIn(list: string | readonly string[]): string[] {
  return [list].flat().flatMap((one) => one.split(/[\s,]+/).filter((entry) => entry !== ''));
}

/** Missing zeros at the end of an IPv4 prefix may be left out, as in `10/8`. */
function isNetwork(text: string): boolean {
  const [, base = '', bits] = /^(.+)\/(\d{1,3})$/.exec(text) ?? [];
  const isLong = base.includes(':');
  return (isLong ? isAddress(base) : /^\d+(?:\.\d+){0,3}$/.test(base)) && Number(bits) <= (isLong ? 128 : 32);
}

/** In any spelling that a URL may have, with a zone or without. */
function isAddress(text: string): boolean {
  const plain = text.replace(/%.*$/s, '').replace(/^\[(.*)\]$/s, '$1');
  if (plain.includes(':')) return URL.canParse(`http://[${plain}]/`);
  return URL.canParse(`http://${plain}/`) && /^\d+(?:\.\d+){3}$/.test(new URL(`http://${plain}/`).hostname);
}

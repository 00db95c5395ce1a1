/** The URL of a proxy, as text alone says it. What errors and logs show of it (`label`) never holds its credentials. */
import { percentDecoded } from '../message/percent-decoded.ts';

/** The `a` of `socks4a` and the `h` of `socks5h` say that the proxy resolves the name; without them we do. */
export type ProxyScheme = 'http' | 'https' | 'socks4' | 'socks4a' | 'socks5' | 'socks5h';

export interface ProxyUrl {
  readonly scheme: ProxyScheme;
  /** An IPv6 address without its brackets. */
  readonly hostname: string;
  readonly port: number;
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** The URL for messages, credentials masked. */
  readonly label: string;
}

/** A proxy or a list of exceptions that cannot be read. */
export class ProxyRuleError extends TypeError {}

const PORTS: Readonly<Record<ProxyScheme, number>> = {
  http: 80,
  https: 443,
  socks4: 1080,
  socks4a: 1080,
  socks5: 1080,
  socks5h: 1080,
};
const EXPECTED = `a proxy URL such as http://user:password@host:3128 (${Object.keys(PORTS).join(', ')})`;
/** Bytes; SOCKS writes the length of a user and of a password in one byte (RFC 1929 section 2). */
const LONGEST_CREDENTIAL = 255;

/**
 * Reads a proxy URL; one without a scheme is an `http:` proxy.
 * @param source the option or the variable, for the message
 * @throws ProxyRuleError
 */
export function readProxyUrl(text: string, source: string): ProxyUrl {
  const [, given, rest = ''] = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(.*)$/is.exec(text.trim())!;
  const scheme = (given ?? 'http').toLowerCase();
  if (!isScheme(scheme)) throw refused(source, text, `there is no proxy of the scheme "${scheme}"`);
  const url = URL.canParse(`http://${rest}`) ? new URL(`http://${rest}`) : undefined;
  if (url === undefined || url.hostname === '') throw refused(source, text, 'its host or its port cannot be read');
  const port = portOf(rest) ?? PORTS[scheme];
  if (port === 0) throw refused(source, text, 'its port must be 1 to 65535');
  const hostname = url.hostname.replace(/^\[|\]$/g, '');
  const username = percentDecoded(url.username);
  const password = percentDecoded(url.password);
  if (scheme.startsWith('socks')) checkCredentials(source, text, username, password);
  const hasCredentials = username !== '' || password !== '';
  return {
    scheme,
    hostname,
    port,
    username: hasCredentials ? username : undefined,
    password: hasCredentials ? password : undefined,
    label: `${scheme}://${hasCredentials ? '***@' : ''}${url.hostname}:${port}`,
  };
}

function isScheme(scheme: string): scheme is ProxyScheme {
  return Object.hasOwn(PORTS, scheme);
}

/** Read from the text: the URL was parsed as one of `http:`, and that drops `:80`, which other schemes do not imply. */
function portOf(rest: string): number | undefined {
  const authority = rest.replace(/[/?#\\].*$/s, '');
  const port = /:(\d+)$/.exec(authority.slice(authority.lastIndexOf('@') + 1))?.[1];
  return port === undefined ? undefined : Number(port);
}

/** Refused here and not in the handshake, where an over-long text would break the framing of the protocol. */
function checkCredentials(source: string, text: string, ...credentials: string[]): void {
  if (credentials.some((one) => new TextEncoder().encode(one).byteLength > LONGEST_CREDENTIAL || one.includes('\0'))) {
    throw refused(source, text, 'SOCKS takes a user and a password of 255 bytes each, without NUL');
  }
}

/**
 * The message shows the URL with `***` for everything before the last `@`, since an unreadable URL may still hold a
 * password.
 */
function refused(source: string, text: string, why: string): ProxyRuleError {
  const shown = text.length > 200 ? 'a long text' : `"${text.replace(/^([a-z][a-z0-9+.-]*:\/\/)?.*@/is, '$1***@')}"`;
  return new ProxyRuleError(`${source} must be ${EXPECTED}, got ${shown}: ${why}`);
}

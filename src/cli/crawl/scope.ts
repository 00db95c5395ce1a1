/** Which URLs a crawl may ask for. */

export interface HostPattern {
  readonly hostname: string;
  /** Every port without one. */
  readonly port: string | undefined;
}

const HOST = /^(\[[\da-f:.]+\]|[^\s:/?#@[\]]+)(?::(\d{1,5}))?$/i;

/** `a.example` on every port, or `a.example:8080`; `undefined` when it is neither. */
export function hostPattern(text: string): HostPattern | undefined {
  const [, name, port] = HOST.exec(text) ?? [];
  if (name === undefined || (port !== undefined && Number(port) > 65_535)) return undefined;
  // By the URL parser, so that names are compared as they are dialled.
  const url = `http://${name}/`;
  return URL.canParse(url) ? { hostname: new URL(url).hostname, port: port && String(Number(port)) } : undefined;
}

/** Answers whether a canonical URL is to be fetched: it is on a host of the start URLs, or on one of `hosts`. */
export function scopeOf(starts: readonly string[], hosts: readonly string[]): (url: string) => boolean {
  const own = new Set(starts.map((start) => siteOf(new URL(start))));
  const listed = hosts.map(hostPattern).filter((pattern) => pattern !== undefined);
  return (text) => {
    const url = new URL(text);
    if (own.has(siteOf(url))) return true;
    return listed.some(
      ({ hostname, port }) => url.hostname === hostname && (port === undefined || portOf(url) === port),
    );
  };
}

/** Host and port, the port only when it is not the scheme's: http and https of one host are one site. */
function siteOf(url: URL): string {
  return url.host;
}

function portOf(url: URL): string {
  return url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
}

/** What is asked of the fetch of Bun and of Deno by option, and what has to come of it in each. */
import type { RequestOptions } from '../../src/options/options.ts';
import type { Told } from './own-options-guest.ts';
import type { Places, SeenBySite } from './own-options-site.ts';

/** What a site has seen, and by which proxy; an error's code; or words of the refusal. */
export type Expected =
  | (Partial<SeenBySite> & { readonly through?: string; readonly coding?: string })
  | { readonly code: string }
  | { readonly refused: string };

export interface Row {
  readonly name: string;
  readonly told: Told;
  readonly bun: Expected;
  readonly deno: Expected;
  /** In a process whose environment names proxies and an authority. */
  readonly isLed: boolean;
  /** @returns what is wrong, beside all that */
  readonly check?: (seen: Partial<SeenBySite>, last: Partial<SeenBySite> | undefined) => string | undefined;
}

type Both = Expected | readonly [bun: Expected, deno: Expected];

const refused = (option: string): Expected => ({ refused: `fetch: option ${option} is not supported` });

export function ownOptions(places: Places, caFile: string): Row[] {
  const rows: Row[] = [];
  const add = (name: string, url: string, options: RequestOptions, both: Both, more: Partial<Row & Told> = {}) => {
    const [bun, deno] = 'length' in both ? both : [both, both];
    const { isLed = false, check, ...told } = more;
    rows.push({ name, told: { url, options, ...told }, bun, deno, isLed, ...(check !== undefined && { check }) });
  };
  throughProxies(places, add);
  ofEnvironment(places, add);
  overTls(places, caFile, add);
  ofConnections(places, add);
  ofVersions(places, add);
  return rows;
}

type Add = (name: string, url: string, options: RequestOptions, both: Both, more?: Partial<Row & Told>) => void;

function throughProxies({ plain, tls, proxies, pem }: Places, add: Add): void {
  const ca = pem.ca.cert;
  const by = (through: string, site: string) => ({ through, site, hasProxyHeader: false });
  add('no option', plain, {}, { site: 'plain' });
  add('a proxy', plain, { proxy: proxies.http.url }, by('http', 'plain'));
  add(
    'a proxy, POST',
    plain,
    { proxy: proxies.http.url, body: 'order' },
    { ...by('http', 'plain'), body: 'order' },
    { method: 'POST' },
  );
  add('a proxy for each scheme', plain, { proxy: { http: proxies.http.url } }, by('http', 'plain'));
  add('a proxy for https alone', plain, { proxy: { https: proxies.http.url } }, { site: 'plain' });
  add('a tunnel', tls, { proxy: proxies.http.url, ca }, { ...by('http', 'tls'), sni: 'localhost' });
  add('a proxy over TLS', plain, { proxy: proxies.https.url, ca }, by('https', 'plain'));
  add('a tunnel over TLS', tls, { proxy: proxies.https.url, ca }, by('https', 'tls'));
  add('a proxy that asks who', plain, { proxy: proxies.auth.url }, by('auth', 'plain'));
  add('a tunnel that asks who', tls, { proxy: proxies.auth.url, ca }, [
    by('auth', 'tls'),
    { refused: 'option proxy is not supported with credentials' },
  ]);
  add('a tunnel that is told nobody', tls, { proxy: proxies.auth.origin, ca }, { code: 'ERR_PROXY_AUTH' });
  add(
    'a client certificate through a tunnel',
    tls,
    { proxy: proxies.http.url, ca, cert: pem.client.cert, sslKey: pem.client.key },
    { ...by('http', 'tls'), client: 'client' },
  );
  add('SOCKS', plain, { proxy: proxies.socks.url }, [refused('proxy'), by('socks', 'plain')]);
  add('SOCKS over TLS', tls, { proxy: proxies.socks.url, ca }, [refused('proxy'), by('socks', 'tls')]);
  add('a list of exceptions', plain, { proxy: { http: proxies.http.url, no: '127.0.0.1' } }, refused('proxy'));
}

function ofEnvironment({ plain, tls, pem }: Places, add: Add): void {
  const led = { isLed: true };
  const no = refused('proxy: false');
  add('the proxy of the environment', plain, {}, { site: 'plain', through: 'http' }, led);
  add('no proxy in spite of the environment', plain, { proxy: false }, { site: 'plain' }, led);
  add('no proxy, as null', plain, { proxy: null }, { site: 'plain' }, led);
  add('no proxy for one scheme', plain, { proxy: { http: false } }, { site: 'plain' }, led);
  add('no tunnel', tls, { proxy: false, ca: pem.ca.cert }, [{ site: 'tls' }, no], led);
  add('no proxy where there is none', tls, { proxy: false, ca: pem.ca.cert }, { site: 'tls' });
  add(
    'authorities in place of those of the environment',
    tls,
    { ca: pem.otherCa.cert, proxy: false },
    [{ code: 'ERR_TLS_SELF_SIGNED' }, no],
    led,
  );
}

function overTls({ tls, pem }: Places, caFile: string, add: Add): void {
  const {
    ca: { cert: ca },
    client: { cert, key: sslKey },
    encryptedClient,
  } = pem;
  const untrusted: Both = [{ code: 'ERR_TLS_SELF_SIGNED' }, { code: 'ERR_TLS_UNTRUSTED' }];
  const options: Expected = { code: 'ERR_TLS_OPTIONS' };
  add('an authority that nobody trusts', tls, {}, untrusted);
  add('another authority', tls, { ca: pem.otherCa.cert }, untrusted);
  add('an authority', tls, { ca }, { site: 'tls', sni: 'localhost', client: '' });
  add('authorities', tls, { ca: [pem.otherCa.cert, ca] }, { site: 'tls' });
  add('an authority in a file', tls, { ca: caFile }, { site: 'tls' });
  add('verify as a file', tls, { verify: caFile }, { site: 'tls' });
  add('an authority in a file that is missing', tls, { ca: `${caFile}.old` }, options);
  add('verify: false', tls, { verify: false }, [{ site: 'tls' }, refused('verify')]);
  add('verify: false is of its own request', tls, {}, untrusted);
  add('a certificate', tls, { ca, cert, sslKey }, { client: 'client' });
  add('a certificate is of its own request', tls, { ca }, { client: '' });
  add('a certificate and its key in one', tls, { ca, cert: `${cert}\n${sslKey}` }, { client: 'client' });
  add('a certificate without a key', tls, { ca, cert }, options);
  add('a key without a certificate', tls, { ca, sslKey }, options);
  const { cert: encrypted, key, passphrase } = encryptedClient;
  add('a passphrase', tls, { ca, cert: encrypted, sslKey: [key, passphrase] }, [
    { client: 'client' },
    refused('sslKey'),
  ]);
  add('a servername', tls, { ca, tls: { servername: 'example.test' } }, [{ sni: 'example.test' }, refused('tls')]);
  add('a servername of another', tls, { ca, tls: { servername: 'elsewhere.test' } }, [
    { code: 'ERR_TLS_HOST' },
    refused('tls'),
  ]);
  add('the oldest version', tls, { ca, tls: { minVersion: 'TLSv1.3' } }, refused('tls'));
}

function ofConnections({ plain, socket }: Places, add: Add): void {
  add('a unix socket', `${plain}x?y`, { socketPath: socket }, [
    { site: 'unix', path: '/x?y', host: new URL(plain).host },
    // Deno takes the socket for a proxy, and tells it the whole URL (RFC 9112 section 3.2.2 has every server read that).
    { site: 'unix', path: `${plain}x?y`, host: new URL(plain).host },
  ]);
  add(
    'a unix socket, POST',
    plain,
    { socketPath: socket, body: 'order' },
    { site: 'unix', body: 'order' },
    { method: 'POST' },
  );
  add('a unix socket in spite of a proxy', plain, { socketPath: socket }, { site: 'unix' }, { isLed: true });
  add('a unix socket that is missing', plain, { socketPath: `${socket}.old` }, { code: 'ERR_SOCKET_PATH' });
  add('a connection', plain, { keepAlive: false }, { site: 'plain' });
  add(
    'another connection',
    plain,
    { keepAlive: false },
    { site: 'plain' },
    {
      check: (seen, last) => (seen.connection === last?.connection ? 'the same connection twice' : undefined),
    },
  );
  add('a body as it came', `${plain}gzip`, { decodeContent: false }, [
    { coding: 'gzip' },
    { refused: 'decodeContent' },
  ]);
  add('a local address', plain, { localAddress: '127.0.0.5' }, [refused('localAddress'), { from: '127.0.0.5' }]);
  add('a family of addresses', plain, { forceIpResolve: 'v4' }, refused('forceIpResolve'));
  add('a private network', plain, { denyPrivateNetwork: true }, refused('denyPrivateNetwork'));
  add('a number of connections', plain, { connections: 1 }, refused('connections'));
}

function ofVersions({ http2, tls, plain, pem }: Places, add: Add): void {
  const ca = pem.ca.cert;
  const only = { refused: "only Bun's fetch speaks HTTP/3" };
  const http3 = pem.server;
  add('HTTP/2', http2, { version: '2', ca }, { site: 'http2', version: '2' });
  add('HTTP/2, POST', http2, { version: '2', ca, body: 'order' }, { body: 'order', version: '2' }, { method: 'POST' });
  add('HTTP/2 of none', tls, { version: '2', ca }, [{ code: 'ERR_TLS_PROTOCOL' }, { code: 'ERR_ALPN' }]);
  add('HTTP/2 in plain text', plain, { version: '2' }, { refused: 'over https:' });
  add('HTTP/3', tls, { version: '3', proxy: false }, [{ path: '/http3', version: '3' }, only], { http3, isLed: true });
  add('HTTP/3 of an authority that nobody trusts', tls, { version: '3' }, [{ code: 'ERR_TLS_PROTOCOL' }, only], {
    http3,
  });
  add(
    'HTTP/3 unverified, POST',
    tls,
    { version: '3', verify: false, body: 'order' },
    [{ body: 'order', version: '3' }, only],
    { http3, method: 'POST' },
  );
  add('HTTP/3 with an authority', tls, { version: '3', ca }, [{ refused: 'HTTP/3' }, only], { http3 });
  add('HTTP/3 in plain text', plain, { version: '3' }, [{ refused: 'over https:' }, only]);
  add('HTTP/3 of the client as it is', tls, { version: '3', proxy: false }, [{ path: '/http3', version: '3' }, only], {
    http3,
    isLed: true,
    chosen: true,
  });
}

/** What the server serves, known to both sides. */
export const SMALL = {
  id: 12_345,
  name: 'Ada Lovelace',
  email: 'ada@example.test',
  tags: ['a', 'b', 'c'],
  active: true,
};
export const LARGE_BYTES = 65_536;
export const DOWNLOAD_BYTES = 256 * 1024 * 1024;
/** More of them, where a case asks for many. */
export const ORIGINS = 1000;

export interface Origins {
  readonly http: string;
  readonly https: string;
  /** Speaks HTTP/2 alone. */
  readonly http2: string;
  /** A forward proxy. */
  readonly proxy: string;
}

/** What the server has seen since it was last asked. */
export interface Seen {
  /** Bytes of the last request with a body. */
  readonly lastBody: number;
  /** Over TLS, but of HTTP/2. */
  readonly connections: number;
  /** Of these, by a session from before. */
  readonly resumed: number;
  /** Of HTTP/2. */
  readonly sessions: number;
  /** Requests through the proxy, and tunnels. */
  readonly forwarded: number;
  readonly tunnels: number;
  /** Connections to the plain origin that are open now. */
  readonly open: number;
}

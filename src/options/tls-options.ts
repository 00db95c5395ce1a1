/** Options of TLS. */
import type { Off } from './off.ts';

/** PEM text, bytes, or the path of a file. */
export type Pem = string | Uint8Array;

/** Settings of TLS that have no option of their own. */
export interface TlsOptions {
  /**
   * What SNI says, and what the certificate is checked against.
   * @default the host of the URL
   */
  readonly servername?: string | undefined;
  /**
   * The oldest version that is spoken.
   * @default `'TLSv1.2'`
   */
  readonly minVersion?: 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3' | undefined;
  /**
   * The newest version that is spoken.
   * @default what the runtime has
   */
  readonly maxVersion?: 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3' | undefined;
  /**
   * Ciphers in the spelling of OpenSSL.
   * @default those of the runtime
   */
  readonly ciphers?: string | undefined;
  /**
   * Protocols to offer (ALPN, RFC 7301).
   * @default what `version` needs
   */
  readonly alpn?: readonly string[] | undefined;
  /**
   * A certificate with its key in PKCS #12: bytes, the path of a file, or `[one of these, passphrase]`.
   * @default none
   */
  readonly pfx?: Pem | readonly [Pem, string] | undefined;
}

/** TLS. */
export interface TrustOptions {
  /**
   * Checks the server's certificate. `false` accepts any and warns once for each process (`SLUICE_VERIFY_OFF`); text is
   * the path of a bundle of authorities to trust instead of the built-in ones.
   *
   * @takes boolean or path
   * @default `true`
   * @readBy handler; fetch refuses `false` and a path
   */
  verify?: boolean | string | null | undefined;
  /**
   * Authorities to trust instead of the built-in ones.
   *
   * @takes PEM text, bytes, the path of a PEM file, or a list of these
   * @default those of the runtime
   * @readBy handler; fetch refuses it
   */
  ca?: Pem | readonly Pem[] | Off | undefined;
  /**
   * Our own certificate, for servers that ask for one. It may hold its key too.
   *
   * @takes PEM text, bytes, the path of a PEM file; or `[one of these, passphrase]`
   * @default none
   * @readBy handler; fetch refuses it
   */
  cert?: Pem | readonly [Pem, string] | Off | undefined;
  /**
   * The key of `cert`, where it is not in the same file.
   *
   * @takes PEM text, bytes, the path of a PEM file; or `[one of these, passphrase]`
   * @default the key in `cert`
   * @readBy handler; fetch refuses it
   */
  sslKey?: Pem | readonly [Pem, string] | Off | undefined;
  /**
   * Other settings of TLS.
   *
   * @takes record
   * @default TLS 1.2 or newer
   * @readBy handler; fetch refuses it
   */
  tls?: TlsOptions | Off | undefined;
}

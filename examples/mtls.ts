/** A service that shows a certificate, and trusts a company's own authority alone. */
import { Client, isNetworkError, isRequestError } from 'sluice';

export interface Identity {
  /** PEM text, or the path of a PEM file; a file that is renewed is read again without a restart. */
  readonly cert: string;
  readonly key: string;
  /** For a key that is encrypted. */
  readonly passphrase?: string;
  readonly ca: string;
}

export function mutualClient(baseUri: string, { cert, key, passphrase, ca }: Identity): Client {
  return new Client({
    baseUri,
    cert,
    sslKey: passphrase === undefined ? key : [key, passphrase],
    ca,
    tls: { minVersion: 'TLSv1.3' },
    // Kept connections have the certificate they were made with: none is older than this.
    maxLifetime: '10m',
  });
}

/** What went wrong, in the words of whoever has to mend it. */
export function diagnosis(error: unknown): string {
  if (isRequestError(error) && error.code === 'ERR_TLS_OPTIONS') return `our files: ${error.message}`;
  if (!isNetworkError(error)) return String(error);
  // With TLS 1.3 the handshake is over before the server has looked: some say what they dislike, others just close.
  const refusals = ['ERR_TLS_CLIENT_CERTIFICATE', 'ERR_CLOSED', 'ERR_RESET'];
  if (refusals.includes(error.code)) return 'they do not accept our certificate, or we showed none';
  if (['ERR_TLS_UNTRUSTED', 'ERR_TLS_SELF_SIGNED'].includes(error.code))
    return 'their certificate is not signed by our authority';
  return error.code;
}

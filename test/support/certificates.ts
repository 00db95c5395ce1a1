/**
 * Certificates for the tests of TLS, made and not kept: no file to expire in the repository, no openssl to install. The
 * right ones are valid from 2020 to 2099 whatever the clock says; each wrong one is wrong in one way only.
 */
import { existsSync, readFileSync } from 'node:fs';
import { CERTIFICATES } from './built.ts';

/** A certificate and its key, both PEM, as node:tls takes them. */
export interface Pem {
  readonly cert: string;
  readonly key: string;
}

export interface EncryptedPem extends Pem {
  readonly passphrase: string;
}

export interface Certificates {
  /** The authority that signs everything below unless it says else. */
  readonly ca: Pem;
  readonly otherCa: Pem;
  /** `localhost`, `example.test`, 127.0.0.1 and ::1. */
  readonly server: Pem;
  /** `localhost` and no address. */
  readonly nameOnly: Pem;
  /** 127.0.0.1 and no name. */
  readonly ipOnly: Pem;
  /** `*.example.test`. */
  readonly wildcard: Pem;
  /** `elsewhere.test`. */
  readonly wrongHost: Pem;
  /** `localhost` as a common name only: RFC 9110 4.3.4 says to ignore it, node:tls by itself does not. */
  readonly commonNameOnly: Pem;
  /** Until 2021. */
  readonly expired: Pem;
  /** From 2098 on. */
  readonly notYetValid: Pem;
  readonly selfSigned: Pem;
  /** As `server`, signed by `otherCa`. */
  readonly byOtherCa: Pem;
  /** For a client, common name `client`. */
  readonly client: Pem;
  /** The same, signed by `otherCa`. */
  readonly clientByOtherCa: Pem;
  /** As `server`; the key is encrypted. */
  readonly encrypted: EncryptedPem;
  /** As `client`; the key is encrypted. */
  readonly encryptedClient: EncryptedPem;
}

let read: Promise<Certificates> | undefined;

/** All of them, one set in each process: those that `build-once.ts` has made, or where there is no vitest, new ones. */
export function certificates(): Promise<Certificates> {
  read ??= readOrMake();
  return read;
}

async function readOrMake(): Promise<Certificates> {
  if (existsSync(CERTIFICATES)) return JSON.parse(readFileSync(CERTIFICATES, 'utf8')) as Certificates;
  const { makeCertificates } = await import('./make-certificates.ts');
  return makeCertificates();
}

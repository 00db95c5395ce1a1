/**
 * The TLS half of the dial settings: certificates and keys from text, bytes or files, checked before anything is dialled.
 */
import { createHash, X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { type ConnectionOptions, createSecureContext, type SecureContextOptions } from 'node:tls';
import { RequestError } from '../../message/errors.ts';
import { bareRecord } from '../../options/option-record.ts';
import type { Pem, RequestOptions, TlsOptions } from '../../options/options.ts';
import { BoundedMap } from '../../runtime/bounded-map.ts';

interface TlsSettings {
  readonly connection: ConnectionOptions;
  /** Equal for equal settings; shows nothing of them. `''` for the default ones. */
  readonly hash: string;
}

/** The options that TLS settings are made of. */
type Material = Pick<RequestOptions, 'verify' | 'ca' | 'cert' | 'sslKey' | 'tls'>;

/** The certificates of a PEM bundle, in the three spellings that OpenSSL reads. */
const CERTIFICATE = /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[^-]+-----END (?:TRUSTED |X509 )?CERTIFICATE-----/g;
/** Offered by default. */
const ALPN = ['http/1.1'];
/** Shared by all requests that set no TLS option, so that the dialler makes one TLS context for them all. */
const defaults: TlsSettings = {
  connection: Object.freeze(
    bareRecord({ minVersion: 'TLSv1.2' as const, ALPNProtocols: ALPN, rejectUnauthorized: true }),
  ),
  hash: '',
};
/** By their hash: layers copy options for each request, and a context for each would cost more than the handshake. */
const recent = new BoundedMap<string, TlsSettings>(64);
/** The warning about `verify: false` is given once for each process. */
let warned = false;

/** @throws RequestError (`ERR_TLS_OPTIONS`) naming the option that cannot be read or used */
export function tlsSettings(options: Material): TlsSettings {
  const verify = options.verify === undefined ? true : (options.verify ?? false);
  const tls: TlsOptions = bareRecord(options.tls || {});
  if (verify === false) warnOnce();
  if (verify === true && !options.ca && !options.cert && !options.sslKey && !options.tls) return defaults;
  const context = secureContextOptions(options, verify, tls);
  const hash = createHash('sha256')
    // Its entries, not the record itself: that writes JSON with its secrets masked, and all keys would be equal.
    .update(JSON.stringify([verify !== false, tls.servername, tls.alpn, Object.entries(context)]))
    .digest('base64url');
  // Equal contents give the same object, and with it the TLS context that was made of them.
  const known = recent.get(hash) ?? { connection: connectionOptions(context, verify !== false, tls), hash };
  recent.set(hash, known);
  return known;
}

/**
 * What `tls.connect` is given, made once for each distinct set of options: `contextOf` parses certificates, which is
 * slow.
 */
function connectionOptions(context: SecureContextOptions, isVerified: boolean, tls: TlsOptions): ConnectionOptions {
  return bareRecord({
    rejectUnauthorized: isVerified,
    ALPNProtocols: tls.alpn === undefined ? ALPN : [...tls.alpn],
    secureContext: contextOf(context),
    ...(tls.servername === undefined ? undefined : { servername: tls.servername }),
    minVersion: context.minVersion,
    ...(context.maxVersion === undefined ? undefined : { maxVersion: context.maxVersion }),
  });
}

/**
 * Reads every certificate and key into memory. What is hashed for the key is this, the contents and not the paths, so
 * that a renewed file makes new settings.
 */
function secureContextOptions(options: Material, verify: string | boolean, tls: TlsOptions): SecureContextOptions {
  const context: SecureContextOptions = bareRecord({ minVersion: tls.minVersion ?? 'TLSv1.2' });
  if (tls.maxVersion !== undefined) context.maxVersion = tls.maxVersion;
  if (tls.ciphers !== undefined) context.ciphers = tls.ciphers;
  const ca = [
    typeof verify === 'string' ? ([verify, 'verify'] as const) : undefined,
    ...authorities(options.ca),
  ].filter((one) => one !== undefined);
  if (ca.length > 0) context.ca = ca.map(([value, name]) => pem(value, name));
  if (options.cert) {
    const [value, passphrase] = pair(options.cert);
    context.cert = pem(value, 'cert');
    // One file often holds both, as curl's --cert takes them.
    if (!options.sslKey && /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(String(context.cert))) context.key = context.cert;
    if (passphrase !== undefined) context.passphrase = passphrase;
  }
  if (options.sslKey) {
    const [value, passphrase] = pair(options.sslKey);
    context.key = pem(value, 'sslKey');
    if (passphrase !== undefined) context.passphrase = passphrase;
  }
  if (tls.pfx !== undefined) {
    const [value, passphrase] = pair(tls.pfx);
    context.pfx = typeof value === 'string' ? fileBytes(value, 'tls.pfx') : Buffer.from(value);
    if (passphrase !== undefined) context.passphrase = passphrase;
  }
  return context;
}

/** Option `ca` is one authority or a list. The name stays with each value for the error message. */
function authorities(ca: RequestOptions['ca']): (readonly [Pem, string])[] {
  if (!ca) return [];
  const list = typeof ca === 'string' || ca instanceof Uint8Array ? [ca] : ca;
  return list.map((one) => [one, 'ca'] as const);
}

/** A certificate or key is given alone, or as `[value, passphrase]`. */
function pair(value: Pem | readonly [Pem, string?]): readonly [Pem, string?] {
  return typeof value === 'string' || value instanceof Uint8Array ? [value] : value;
}

/** PEM text from text, bytes or a file. */
function pem(value: Pem, name: string): string {
  const isPath = typeof value === 'string' && !value.includes('-----BEGIN');
  const text = isPath
    ? fileBytes(value, name).toString('latin1')
    : typeof value === 'string'
      ? value
      : Buffer.from(value).toString('latin1');
  if (text.includes('-----BEGIN')) return text;
  const found = isPath ? `the file "${value}" holds none` : 'the bytes hold none';
  throw unusable(`${name} must be PEM (text that starts with "-----BEGIN"), or the path of a PEM file; ${found}`);
}

/** A file as it was read last; time and size tell whether it has changed since. */
interface CachedFile {
  readonly mtime: number;
  readonly size: number;
  readonly bytes: Buffer;
}

const files = new BoundedMap<string, CachedFile>(64);

/** A file is read again when it has changed: certificates are renewed while a service runs. */
function fileBytes(path: string, name: string): Buffer {
  try {
    const { mtimeMs: mtime, size } = statSync(path);
    const cached = files.use(path);
    if (cached !== undefined && cached.mtime === mtime && cached.size === size) return cached.bytes;
    const bytes = readFileSync(path);
    files.set(path, { mtime, size, bytes });
    return bytes;
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code;
    const fact = why === 'ENOENT' ? 'which does not exist' : `which cannot be read (${why})`;
    throw unusable(`${name} names the file "${path}", ${fact}`, cause);
  }
}

/**
 * Builds the context once, to find unusable certificates before anything is dialled.
 * @throws RequestError naming the options that were given, because OpenSSL does not say which one is at fault
 */
function contextOf(options: SecureContextOptions): ReturnType<typeof createSecureContext> {
  try {
    // Read one by one, because OpenSSL skips a certificate authority that it cannot read, and trusts one fewer in silence.
    for (const bundle of (options.ca as string[] | undefined) ?? []) {
      for (const [certificate] of bundle.matchAll(CERTIFICATE)) new X509Certificate(certificate);
    }
    return createSecureContext(options);
  } catch (cause) {
    const given = [options.cert && 'cert', options.key && 'sslKey', options.pfx && 'tls.pfx', options.ca && 'ca', 'tls']
      .filter((name) => name !== undefined)
      .join(', ');
    throw unusable(`the TLS options (${given}) cannot be used: ${(cause as Error).message}`, cause);
  }
}

function unusable(fact: string, cause?: unknown): RequestError {
  return new RequestError(fact, { code: 'ERR_TLS_OPTIONS', cause, attempts: 0 });
}

function warnOnce(): void {
  if (warned) return;
  warned = true;
  process.emitWarning(
    'verify: false accepts any certificate: whoever is on the way can read and change what is sent. Trust one certificate with the ca option instead',
    { code: 'SLUICE_VERIFY_OFF' },
  );
}

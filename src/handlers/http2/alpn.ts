/**
 * Which protocols a TLS handshake offers where HTTP/2 may be spoken (RFC 7301 section 3.1, RFC 9113 section 3.2): with
 * `version: '2'` nothing but `h2`, so that the handshake itself fails when the server knows only HTTP/1.1.
 */
import type { ConnectionOptions } from 'node:tls';
import { changedSettings, type DialSettings } from '../../connect/settings/dial-settings.ts';
import { bareRecord } from '../../options/option-record.ts';
import type { RequestOptions } from '../../options/options.ts';

const OFFERS = { auto: ['h2', 'http/1.1'], only: ['h2'] };

/** The same object for the same settings, because a TLS context is kept for each object (`connect/tls.ts`). */
const made = new WeakMap<ConnectionOptions, Map<readonly string[], ConnectionOptions>>();

/** The same settings with the protocols of `version` offered, unless the caller lists them (`tls.alpn`). */
export function offering(settings: DialSettings, options: RequestOptions): DialSettings {
  if (options.tls && options.tls.alpn !== undefined) return changedSettings(settings, { key: `${settings.key} h2` });
  const offer = options.version === 'auto' ? OFFERS.auto : OFFERS.only;
  return changedSettings(settings, { key: `${settings.key} ${offer.join()}`, tls: withOffer(settings.tls, offer) });
}

function withOffer(tls: ConnectionOptions, offer: string[]): ConnectionOptions {
  let ofTls = made.get(tls);
  if (ofTls === undefined) made.set(tls, (ofTls = new Map()));
  let offered = ofTls.get(offer);
  if (offered === undefined) ofTls.set(offer, (offered = bareRecord({ ...tls, ALPNProtocols: offer })));
  return offered;
}

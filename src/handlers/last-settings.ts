/**
 * The dial settings of requests that come one after the other. To read them is to read certificates from their files;
 * most requests have the options of the one before, or a copy that a layer or a call has made with something else in it.
 */
import type { RequestOptions } from '../options.ts';
import { currentSettings, type DialSettings, dialSettings } from './dial-settings.ts';

/** What settings are made of. */
export const DIAL_OPTIONS = [
  'connectTimeout',
  'keepAlive',
  'idleTimeout',
  'maxLifetime',
  'maxHeaderSize',
  'clock',
  'proxy',
  'verify',
  'ca',
  'cert',
  'sslKey',
  'tls',
  'lookup',
  'forceIpResolve',
  'localAddress',
  'socketPath',
  'denyPrivateNetwork',
  'version',
] as const satisfies readonly (keyof RequestOptions)[];

export class LastSettings {
  readonly #adapted: (settings: DialSettings, options: RequestOptions) => DialSettings;
  #options: RequestOptions | undefined;
  #read: DialSettings | undefined;
  #settings: DialSettings | undefined;

  /** @param adapted what a transport makes of the settings */
  constructor(adapted: (settings: DialSettings, options: RequestOptions) => DialSettings = (settings) => settings) {
    this.#adapted = adapted;
  }

  /** @throws what `dialSettings` throws */
  of(options: RequestOptions): DialSettings {
    const isSame = options === this.#options || this.#holds(options);
    const read = isSame && this.#read !== undefined ? currentSettings(this.#read, options) : dialSettings(options);
    if (!isSame || read !== this.#read) {
      this.#settings = this.#adapted(read, options);
      this.#read = read;
    }
    this.#options = options;
    return this.#settings!;
  }

  #holds(options: RequestOptions): boolean {
    const last = this.#options;
    return last !== undefined && DIAL_OPTIONS.every((name) => options[name] === last[name]);
  }
}

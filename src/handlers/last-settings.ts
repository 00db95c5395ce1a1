/**
 * The dial settings of requests that come one after the other. To read them is to read certificates from their files;
 * most requests have the options of the one before, or a copy that a layer or a call has made with something else in it.
 */
import type { RequestOptions } from '../options.ts';
import { currentSettings, type DialSettings, dialSettings, isDefault } from './dial-settings.ts';

/** What settings, and what a transport makes of them, depend on. */
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

function areAlike(one: RequestOptions, other: RequestOptions): boolean {
  for (const name of DIAL_OPTIONS) if (one[name] !== other[name]) return false;
  return true;
}

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
    const last = this.#options;
    const isSame = last !== undefined && (options === last || (!isDefault(options) && areAlike(options, last)));
    const read = isSame ? currentSettings(this.#read!, options) : dialSettings(options);
    if (read !== this.#read || options.version !== last?.version) {
      this.#settings = this.#adapted(read, options);
      this.#read = read;
    }
    this.#options = options;
    return this.#settings!;
  }
}

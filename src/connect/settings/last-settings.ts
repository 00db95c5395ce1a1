/**
 * The dial settings of requests that come one after the other. To read them is to read certificates from their files;
 * most requests have the options of the one before, or a copy that a layer or a call has made with something else in it.
 */
import type { RequestOptions } from '../../options/options.ts';
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

export class LastSettings {
  readonly #adapted: (settings: DialSettings, options: RequestOptions) => DialSettings;
  #options: RequestOptions | undefined;
  /** What they were read from, as it was then; none for defaults. */
  #values: readonly unknown[] | undefined;
  #version: RequestOptions['version'];
  #read: DialSettings | undefined;
  #settings: DialSettings | undefined;

  /** @param adapted what a transport makes of the settings */
  constructor(adapted: (settings: DialSettings, options: RequestOptions) => DialSettings = (settings) => settings) {
    this.#adapted = adapted;
  }

  /** @throws what `dialSettings` throws */
  of(options: RequestOptions): DialSettings {
    const isSame = options === this.#options || this.#holds(options);
    const read = isSame ? currentSettings(this.#read!, options) : dialSettings(options);
    if (read !== this.#read || options.version !== this.#version) {
      this.#settings = this.#adapted(read, options);
      this.#read = read;
      this.#version = options.version;
    }
    if (!isSame) this.#values = isDefault(options) ? undefined : DIAL_OPTIONS.map((name) => options[name]);
    // What may be changed where it stands is compared each time: a guard that is set so must not be overlooked.
    this.#options = Object.isFrozen(options) ? options : undefined;
    return this.#settings!;
  }

  #holds(options: RequestOptions): boolean {
    const values = this.#values;
    if (values === undefined) return false;
    for (let i = 0; i < DIAL_OPTIONS.length; i += 1) {
      const name = DIAL_OPTIONS[i]!;
      if (options[name] !== values[i] || !isFixed(name, values[i])) return false;
    }
    return true;
  }
}

/** What is within a record or a list may be another by now: a proxy, an address that is allowed. */
function isFixed(name: string, value: unknown): boolean {
  return typeof value !== 'object' || value === null || name === 'clock';
}

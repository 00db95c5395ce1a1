/**
 * Remembers the dial settings of the last request for the next one. To read them takes time (certificates are read and
 * hashed), and most requests have the options of the one before, or a copy in which a layer or a call has changed something
 * that has nothing to do with connections.
 */
import { isFixed, readOnce } from '../../options/option-record.ts';
import type { RequestOptions } from '../../options/options.ts';
import { currentSettings, type DialSettings, dialSettings } from './dial-settings.ts';

/** The options that dial settings, and what a transport makes of them, depend on. */
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

/** Settings, and what they were read from. */
interface Held {
  read: DialSettings;
  settings: DialSettings;
  readonly values: readonly unknown[];
}

/** One for each transport: it remembers the settings of the last request, and what the transport made of them. */
export class LastSettings {
  readonly #adapted: (settings: DialSettings, options: RequestOptions) => DialSettings;
  #last: Held | undefined;

  /** @param adapted what a transport makes of the settings */
  constructor(adapted: (settings: DialSettings, options: RequestOptions) => DialSettings = (settings) => settings) {
    this.#adapted = adapted;
  }

  /** @throws what `dialSettings` throws */
  of(options: RequestOptions): DialSettings {
    const held = readOnce(this.#made, options, this.#compared);
    const read = currentSettings(held.read, options);
    if (read !== held.read) {
      held.read = read;
      held.settings = this.#adapted(read, options);
    }
    return held.settings;
  }

  readonly #made = (options: RequestOptions): Held => {
    const read = dialSettings(options);
    return { read, settings: this.#adapted(read, options), values: DIAL_OPTIONS.map((name) => options[name]) };
  };

  /** For options that are not frozen: compared each time, since somebody may have set a guard such as a proxy meanwhile. */
  readonly #compared = (options: RequestOptions): Held => {
    if (this.#last === undefined || !holds(this.#last.values, options)) this.#last = this.#made(options);
    return this.#last;
  };
}

/** Whether the remembered values are still those of the options: the same objects, unchanged inside. */
function holds(values: readonly unknown[], options: RequestOptions): boolean {
  for (let i = 0; i < DIAL_OPTIONS.length; i += 1) {
    const name = DIAL_OPTIONS[i]!;
    if (options[name] !== values[i] || !isSame(name, values[i])) return false;
  }
  return true;
}

/** Whether the value cannot have changed inside: a record or a list that is not frozen may hold another proxy by now. */
function isSame(name: string, value: unknown): boolean {
  if (typeof value !== 'object' || value === null || name === 'clock') return true;
  return Array.isArray(value)
    ? Object.isFrozen(value) && value.every((one) => typeof one === 'string')
    : isFixed(value);
}

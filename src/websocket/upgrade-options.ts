/** Reads the options of `client.upgrade`: those that no other call has, with their defaults, and those of its request. */

import { isToken } from '../message/headers.ts';
import { newOptions } from '../options/option-record.ts';
import { optionNames } from '../options/option-rules.ts';
import { camelCase } from '../options/option-values.ts';
import type { RequestOptions } from '../options/options.ts';
import { refuseNoRecord } from '../options/plain-options.ts';
import { refuseNearly } from '../options/settings-of.ts';
import { wrongOption } from '../options/wrong-option.ts';
import { valueOrKind } from '../runtime/kind-of.ts';
import { milliseconds } from '../time/duration.ts';
import type { UpgradeOptions, UpgradeSettings } from './connection.ts';
import type { CompressionOptions } from './connection-settings.ts';

/** Bytes of one message; the largest that a server may make us hold when nobody sets a limit. */
const MAX_PAYLOAD = 100 * 1024 * 1024;
/** Lengths are signed 32-bit numbers in `ws`, and a string cannot be longer anyhow. */
const LARGEST = 2 ** 31 - 1;
/** Milliseconds; the default of `closeTimeout`. */
const CLOSE_TIMEOUT = 10_000;
/** Options of `upgrade` alone; every other name is an option of the handshake's request. */
const NAMES: ReadonlySet<string> = new Set([
  'protocols',
  'compression',
  'mask',
  'maxPayload',
  'autoPong',
  'onPing',
  'closeTimeout',
]);
/** What makes no sense for a handshake, which has no body and whose answer is not read. */
const MEANINGLESS: ReadonlySet<string> = new Set(['body', 'json', 'formParams', 'multipart', 'stream', 'sink']);

/**
 * Divides the options of `upgrade` into its own and those of its request.
 * @throws TypeError naming the option, what was expected and what was found
 */
export function readUpgradeOptions(given: UpgradeOptions): { settings: UpgradeSettings; request: RequestOptions } {
  if (typeof given === 'string' || Array.isArray(given)) {
    throw new TypeError(
      `options must be a record, got ${valueOrKind(given)}; give subprotocols as \`{ protocols: ... }\``,
    );
  }
  refuseNoRecord(given);
  const own: Record<string, unknown> = Object.create(null);
  const request = newOptions() as Record<string, unknown>;
  // Guzzle's spelling by the rule of all options: `max_payload` is `maxPayload`.
  const named = Object.entries(given).map(([key, value]) => [camelCase(key), key, value] as const);
  refuseNearly('upgrade', Object.fromEntries(named), [...NAMES], optionNames);
  for (const [name, key, value] of named) {
    if (NAMES.has(name)) own[name] = value;
    else if (!MEANINGLESS.has(name)) request[key] = value;
    else if (value !== undefined && value !== null && value !== false) {
      throw new TypeError(`option ${name} makes no sense for upgrade: a WebSocket handshake is a GET without a body`);
    }
  }
  // What the client has as its defaults for other requests.
  Object.assign(request, { body: null, stream: false, sink: null });
  return { settings: settingsOf(own as UpgradeOptions), request };
}

function settingsOf(own: UpgradeOptions): UpgradeSettings {
  const { compression, onPing, closeTimeout } = own;
  if (onPing !== undefined && onPing !== null && typeof onPing !== 'function') {
    throw wrongOption('onPing', 'a function', onPing);
  }
  return {
    protocols: protocolsOf(own.protocols),
    compression: compression ? checkedCompression(compression === true ? {} : compression) : undefined,
    mask: toggle('mask', own.mask, true),
    maxPayload: maxPayloadOf(own.maxPayload),
    autoPong: toggle('autoPong', own.autoPong, true),
    onPing: onPing ?? undefined,
    closeTimeout: closeTimeout === undefined ? CLOSE_TIMEOUT : milliseconds(closeTimeout, 'option closeTimeout'),
  };
}

/** Each subprotocol is a token, and none comes twice (RFC 6455 section 4.1). */
function protocolsOf(given: UpgradeOptions['protocols']): readonly string[] {
  if (given === undefined || given === null) return [];
  const list: readonly unknown[] = Array.isArray(given) ? given : [given];
  for (const one of list) {
    if (typeof one !== 'string' || !isToken(one)) throw wrongOption('protocols', 'tokens (RFC 6455 §4.1)', one);
  }
  if (new Set(list).size < list.length) throw wrongOption('protocols', 'different from each other', list);
  return list as readonly string[];
}

/** Checked here, because zlib would only complain when the first message is compressed. */
function checkedCompression(given: unknown): CompressionOptions {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw wrongOption('compression', 'a boolean or a record', given);
  }
  const own: CompressionOptions = Object.assign(Object.create(null), given);
  whole('threshold', own.threshold, 0, Number.MAX_SAFE_INTEGER);
  whole('serverMaxWindowBits', own.serverMaxWindowBits, 8, 15);
  // zlib writes no raw deflate with a window of 8 bits: it takes 9 for it, which such a reader cannot read.
  if (typeof own.clientMaxWindowBits !== 'boolean') whole('clientMaxWindowBits', own.clientMaxWindowBits, 9, 15);
  whole('level', own.level, 0, 9);
  whole('memLevel', own.memLevel, 1, 9);
  toggle('compression.serverNoContextTakeover', own.serverNoContextTakeover, false);
  toggle('compression.clientNoContextTakeover', own.clientNoContextTakeover, false);
  return own;
}

/** Lets a whole number within the bounds pass, and one that is not given. */
function whole(name: string, value: unknown, from: number, to: number): void {
  if (value === undefined || (Number.isInteger(value) && Number(value) >= from && Number(value) <= to)) return;
  throw wrongOption(`compression.${name}`, `a whole number from ${from} to ${to}`, value);
}

/** Every way to say "no limit" becomes 0, which is the word of `ws` for it. */
function maxPayloadOf(given: unknown): number {
  if (given === undefined) return MAX_PAYLOAD;
  if (given === null || given === false || given === Number.POSITIVE_INFINITY) return 0;
  if (!Number.isInteger(given) || (given as number) < 1)
    throw wrongOption('maxPayload', 'a number of bytes above 0', given);
  return Math.min(given as number, LARGEST);
}

/** A boolean option, or its default. `null` switches it off, as it does for all options. */
function toggle(name: string, value: unknown, otherwise: boolean): boolean {
  if (value === undefined) return otherwise;
  if (value === null) return false;
  if (typeof value !== 'boolean') throw wrongOption(name, 'a boolean', value);
  return value;
}

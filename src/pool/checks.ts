/** Checks what a pool is given, and words the errors of what it refuses: options, clients, items. */

import { callsOf } from '../call/calls.ts';
import { heedSources, readOrLetGo } from '../call/sources.ts';
import { checkEagerly } from '../options/eager-checks.ts';
import { bareRecord } from '../options/option-record.ts';
import { checkOptions, optionNames } from '../options/option-rules.ts';
import type { RequestOptions } from '../options/options.ts';
import { isPlainRecord, refuseNoRecord } from '../options/plain-options.ts';
import { settingsOf } from '../options/settings-of.ts';
import { valueOrKind } from '../runtime/kind-of.ts';
import { isSignal } from '../time/stop.ts';
import { quiet } from './source.ts';

const SETTINGS: readonly string[] = ['concurrency', 'perHost', 'options', 'fulfilled', 'rejected', 'signal', 'clock'];
const CALLBACKS = ['fulfilled', 'rejected'] as const;

/** The options alone, without what they inherit. @throws TypeError for a client or options of the wrong kind */
export function checkedSettings<T extends object>(client: unknown, options: T): T {
  const request = Object.hasOwn(Object(options), 'options')
    ? (options as { options?: RequestOptions }).options
    : undefined;
  heedSources(request);
  return readOrLetGo(request, () => checked(client, options));
}

function checked<T extends object>(client: unknown, options: T): T {
  const methods = client as { request?: unknown; send?: unknown } | null | undefined;
  if (typeof methods?.request !== 'function' || typeof methods.send !== 'function') {
    throw new TypeError(`a pool's client must have request() and send(), got ${valueOrKind(client)}`);
  }
  if (!isPlainRecord(options)) {
    throw new TypeError(`a pool's options must be a record, got ${valueOrKind(options)}`);
  }
  const settings = bareRecord(options);
  refuseUnknown(settings);
  const given = settings as Record<string, unknown>;
  for (const name of CALLBACKS) {
    if (given[name] === undefined || typeof given[name] === 'function') continue;
    throw new TypeError(`${name} must be a function, got ${valueOrKind(given[name])}`);
  }
  if (given['options'] !== undefined) checkRequestOptions(client, given['options']);
  const signal = given['signal'];
  if (signal !== undefined && signal !== null && !isSignal(signal)) {
    throw new TypeError(`signal must be an AbortSignal, got ${valueOrKind(signal)}`);
  }
  return settings;
}

/** What a client of another make takes is not known; it tells with the first request. */
function checkRequestOptions(client: unknown, options: unknown): void {
  refuseNoRecord(options);
  if (callsOf(client as object) === undefined) return;
  const { stack } = client as { readonly stack?: { readonly declaredOptions: readonly string[] } | undefined };
  checkEagerly(checkOptions(options as RequestOptions, stack?.declaredOptions));
}

/** @throws TypeError for a setting that a pool has not: it would act on nothing */
function refuseUnknown(settings: object): void {
  const misplaced = Object.keys(settings).find((name) => !SETTINGS.includes(name) && optionNames.includes(name));
  if (misplaced !== undefined) {
    throw new TypeError(
      `a pool has no setting ${misplaced}; options of its requests go into { options: { ${misplaced} } }`,
    );
  }
  settingsOf<object>('a pool', settings, SETTINGS as never);
}

/** Why an item cannot be sent. If it is a promise, its rejection is marked as handled. */
export function unsendable(item: unknown): TypeError {
  quiet(item);
  const hint = item instanceof Promise ? '; await it first' : '';
  return new TypeError(
    `a pool sends URIs, HttpRequests and functions that return a promise of a response, got ${valueOrKind(item)}${hint}`,
  );
}

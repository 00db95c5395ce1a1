/** The options of `client.download` that no other call has, checked. */

import type { HttpResponse } from '../message/response.ts';
import { newOptions } from '../options/option-record.ts';
import type { RequestOptions } from '../options/options.ts';
import { refuseNoRecord } from '../options/plain-options.ts';
import { wrongOption } from '../options/wrong-option.ts';

/** Hash functions that a caller may know the file by. */
export type DigestName = 'md5' | 'sha1' | 'sha256' | 'sha384' | 'sha512';

/**
 * Options of `client.download`: those of any request, and these. `sink` and `stream` are its own doing. `maxResponseSize`
 * bounds the file, `timeout` the whole call; `progress` counts the bytes of the file, also those that were there before.
 * `retry` is also how often a transfer that breaks midway goes on within the call.
 */
export interface DownloadOptions extends RequestOptions {
  /** What the file must hash to, in hex; otherwise a `BodyError` (`ERR_BODY_DIGEST`). Default none. */
  digest?: Partial<Readonly<Record<DigestName, string>>> | null | false | undefined;
  /** Ranges to fetch at a time, 1 to 64, where the server can; otherwise one. Default 1. */
  segments?: number | null | false | undefined;
  /** Go on from what an earlier call has left in `<path>.part`. Default `true`. */
  resume?: boolean | null | undefined;
}

/** What `client.download` resolves to. */
export interface DownloadResult {
  /**
   * The head of the answer that began the transfer, or that said there is nothing left to send. With `httpErrors: false`
   * or `allowRedirects: false` it may be no success: see `ok`. Then nothing was saved.
   */
  readonly response: HttpResponse;
  /** The file, as it was given. */
  readonly path: string;
  /** Bytes of the file; 0 when nothing was saved. */
  readonly bytes: number;
  /** Whether a part of the file was there before its last request. */
  readonly resumed: boolean;
}

/** The same options, checked and complete. */
export interface DownloadSettings {
  /** Hash function to lower-case hex. */
  readonly digests: ReadonlyMap<DigestName, string>;
  readonly segments: number;
  readonly resume: boolean;
}

const HEX_LENGTHS: Readonly<Record<DigestName, number>> = { md5: 32, sha1: 40, sha256: 64, sha384: 96, sha512: 128 };
const MOST_SEGMENTS = 64;
const OWN: ReadonlySet<string> = new Set(['digest', 'segments', 'resume']);
/** A file needs no body in memory, and only one place to go to. */
const MEANINGLESS: ReadonlySet<string> = new Set(['sink', 'stream']);

/**
 * Divides the options of `download` into its own and those of its requests.
 * @throws TypeError naming the option, what was expected and what was found
 */
export function readDownloadOptions(given: DownloadOptions): { settings: DownloadSettings; request: RequestOptions } {
  refuseNoRecord(given);
  const request = newOptions() as Record<string, unknown>;
  const own: Record<string, unknown> = Object.create(null);
  for (const [name, value] of Object.entries(given)) {
    if (OWN.has(name)) own[name] = value;
    else if (!MEANINGLESS.has(name)) request[name] = value;
    else if (value !== undefined && value !== null && value !== false) {
      throw new TypeError(`option ${name} makes no sense for download, which writes to the path that it is given`);
    }
  }
  return { settings: settingsOf(own as DownloadOptions), request: request as RequestOptions };
}

function settingsOf({ digest, segments, resume }: DownloadOptions): DownloadSettings {
  if (resume !== undefined && resume !== null && typeof resume !== 'boolean')
    throw wrongOption('resume', 'a boolean', resume);
  return { digests: digestsOf(digest), segments: segmentsOf(segments), resume: resume !== false && resume !== null };
}

function segmentsOf(given: unknown): number {
  if (given === undefined || given === null || given === false) return 1;
  if (Number.isInteger(given) && Number(given) >= 1 && Number(given) <= MOST_SEGMENTS) return Number(given);
  throw wrongOption('segments', `a whole number from 1 to ${MOST_SEGMENTS}`, given);
}

function digestsOf(given: unknown): Map<DigestName, string> {
  const found = new Map<DigestName, string>();
  if (given === undefined || given === null || given === false) return found;
  const names = Object.keys(HEX_LENGTHS).join(', ');
  if (typeof given !== 'object' || Array.isArray(given))
    throw wrongOption('digest', `a record such as { sha256: hex }`, given);
  for (const [name, hex] of Object.entries(given)) {
    if (hex === undefined) continue;
    if (!Object.hasOwn(HEX_LENGTHS, name)) throw new TypeError(`option digest knows ${names}, not ${name}`);
    const length = HEX_LENGTHS[name as DigestName];
    if (typeof hex !== 'string' || hex.length !== length || !/^[0-9a-f]+$/i.test(hex)) {
      throw wrongOption(`digest.${name}`, `${length} hex digits`, hex);
    }
    found.set(name as DigestName, hex.toLowerCase());
  }
  return found;
}

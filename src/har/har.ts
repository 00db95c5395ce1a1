/** Writes down what a client sends and receives as an HTTP Archive (HAR 1.2): every attempt and hop, secrets masked. */

import { callOf } from '../call/call.ts';
import { settingsOf } from '../options/settings-of.ts';
import { kindOf } from '../runtime/kind-of.ts';
import type { Middleware } from '../stack/handler.ts';
import { HarEntries } from './har-entries.ts';
import { type Exchanged, emptyHar, harEntry } from './har-entry.ts';
import { writeHar } from './har-file.ts';
import type { Har, HarLog } from './har-format.ts';
import { harMasker } from './har-mask.ts';
import { lookOn } from './look-on.ts';

/** Bytes of a body that `bodies: true` keeps: 1 MiB. */
const DEFAULT_BODY = 1_048_576;

/** What an archive keeps, and what it masks. */
export interface HarOptions {
  /**
   * Whether bodies are kept: `true` those of at most 1 MiB, a number those of at most so many bytes, in memory until the
   * archive is dropped. A body that is sent as a stream is not. Default `false`.
   */
  readonly bodies?: boolean | number | undefined;
  /** Names of headers, query keys and fields to mask, beside the built-in list and the option `redact`. */
  readonly redact?: readonly string[] | undefined;
}

/** An archive that fills while its layer sees requests. */
export interface HarArchive {
  /** To be pushed onto a stack: next to the handler it sees every attempt and hop. */
  readonly layer: Middleware;
  /** What was seen so far, in the order in which the requests began. */
  readonly log: HarLog;
  /** A copy, as it would be written. */
  toJSON(): Har;
  /**
   * Writes it to a file, readable by its owner alone, which is whole at any time. Needs Node. @throws Error when it
   * cannot
   */
  save(path: string): Promise<void>;
}

/**
 * An archive and the layer that fills it. Timings are milliseconds; `_call`, `_attempt`, `_hop` and `_error` are ours. The
 * entry of a streamed answer is complete at the end of its body.
 * @throws TypeError for an option of another type
 * @example
 * const archive = har({ bodies: true });
 * const client = new Client({ handler: HandlerStack.create().push(archive.layer, 'har') });
 * await client.get('https://example.com/');
 * await archive.save('session.har');
 * @see http://www.softwareishard.com/blog/har-12-spec/
 */
export function har(options: HarOptions = {}): HarArchive {
  const { bodies = false, redact = [] } = settingsOf('har', options, ['bodies', 'redact']);
  const limit = limitOf(bodies);
  if (!Array.isArray(redact) || !redact.every((name) => typeof name === 'string')) {
    throw new TypeError(`option redact of har must be a list of names, got ${kindOf(redact)}`);
  }
  const archive = emptyHar();
  const entries = new HarEntries(archive.log.entries);
  const callNumber = callNumbers();
  const layer: Middleware = (next) =>
    function har(request, given) {
      const number = entries.begin();
      const sent = request.body?.bytes;
      const requestBody = sent !== undefined && sent.byteLength <= limit ? sent : undefined;
      const call = callNumber(callOf(request));
      const write = (exchanged: Exchanged): void => {
        const answer = exchanged.response?.headers;
        const masker = harMasker({ request, options: given, redact, body: sent, answer });
        entries.put(number, harEntry({ ...exchanged, callNumber: call }, masker));
      };
      return lookOn(next, request, given, { limit, requestBody, began: write, ended: write });
    };
  return {
    layer: Object.defineProperty(layer, 'name', { value: 'har' }),
    log: archive.log,
    toJSON: () => structuredClone(archive),
    save: (path) => writeHar(path, archive),
  };
}

/** Numbers for the calls of one archive, which it does not keep alive. A request of a bare handler has no call. */
function callNumbers(): (call: object | undefined) => number | undefined {
  const numbers = new WeakMap<object, number>();
  let last = 0;
  return (call) => {
    if (call === undefined) return undefined;
    const number = numbers.get(call) ?? ++last;
    numbers.set(call, number);
    return number;
  };
}

function limitOf(bodies: boolean | number): number {
  if (typeof bodies === 'boolean') return bodies ? DEFAULT_BODY : 0;
  if (typeof bodies === 'number' && bodies >= 0) return bodies;
  throw new TypeError(`option bodies of har must be a boolean or a number of bytes, got ${kindOf(bodies)}`);
}

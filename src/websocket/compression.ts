/** permessage-deflate (RFC 7692): the offer, what the server made of it, and which messages are compressed. */

import { runtimeOptions } from '../message/runtime-options.ts';
import type { CompressionOptions } from './connection-settings.ts';
import { type Deflate, type DeflateOptions, type Extensions, extension, PerMessageDeflate } from './ws-parts.ts';

const NAME = 'permessage-deflate';
/** Bytes of a message, below which compression saves less than it costs. */
const THRESHOLD = 1024;
/** Bits. Asked for a window of 8, zlib's raw deflate uses one of 9, which a reader with 8 could not decompress. */
const UNWRITABLE_WINDOW = 8;

/** The compression of one connection: first as an offer, and after `agree` as what both sides do. */
export class Compression {
  readonly #deflate: Deflate;
  readonly #options: CompressionOptions;
  readonly #threshold: number;

  /** @param maxPayload bytes of a message after decompression; 0 is no limit */
  constructor(options: CompressionOptions, maxPayload: number) {
    this.#options = options;
    this.#threshold = options.threshold ?? THRESHOLD;
    const { serverNoContextTakeover, serverMaxWindowBits, clientMaxWindowBits, level, memLevel } = options;
    const chosen: DeflateOptions = {
      serverNoContextTakeover,
      serverMaxWindowBits,
      clientMaxWindowBits,
      // A server may ask for it without an offer (RFC 7692 section 7.1.1.2), which `false` would refuse.
      clientNoContextTakeover: options.clientNoContextTakeover || undefined,
      maxPayload,
      // Whether a message is worth it is decided in `applies`, and not by `ws`.
      threshold: 0,
      zlibDeflateOptions: runtimeOptions('zlib', { level, memLevel }),
      zlibInflateOptions: runtimeOptions('zlib', {}),
    };
    this.#deflate = new PerMessageDeflate(Object.assign(Object.create(null), chosen));
  }

  /** In the form in which the parser and the sender of frames of `ws` take it. */
  get extensions(): Extensions {
    return { [NAME]: this.#deflate };
  }

  /** The value of `Sec-WebSocket-Extensions`. */
  offer(): string {
    return extension.format({ [NAME]: this.#deflate.offer() });
  }

  /** @throws Error for an answer that does not keep to the offer */
  agree(answers: Parameters<Deflate['accept']>[0]): void {
    // RFC 7692 section 5: one configuration is agreed on.
    if (answers.length !== 1) throw new Error(`${NAME} stands there twice`);
    this.#deflate.accept(answers);
    const { params } = this.#deflate;
    const { serverNoContextTakeover, serverMaxWindowBits } = this.#options;
    // RFC 7692 sections 7.1.1.1 and 7.1.2.1: a server that takes the offer says so, and one that cannot declines it.
    if (serverNoContextTakeover && !params?.['server_no_context_takeover']) {
      throw new Error('server_no_context_takeover was asked for and is missing');
    }
    const bits = params?.['server_max_window_bits'];
    if (serverMaxWindowBits !== undefined && (typeof bits !== 'number' || bits > serverMaxWindowBits)) {
      throw new Error(`server_max_window_bits must be at most ${serverMaxWindowBits}, got ${bits ?? 'none'}`);
    }
  }

  /** Whether to compress a message that begins with so many bytes. A fragment is taken for the beginning of a long one. */
  applies(bytes: number, isWhole: boolean, wanted: boolean | undefined): boolean {
    if (this.#deflate.params?.['client_max_window_bits'] === UNWRITABLE_WINDOW) return false;
    return wanted ?? (!isWhole || bytes >= this.#threshold);
  }

  /** Gives zlib's memory back, which Node does not collect while a stream exists. */
  release(): void {
    this.#deflate.cleanup();
  }
}

/**
 * What the server's `Sec-WebSocket-Extensions` agrees to, `undefined` for no compression.
 * @throws Error for an extension that was not offered, or parameters that do not fit the offer
 */
export function agreeOnDeflate(header: string, offered: Compression | undefined): Compression | undefined {
  if (header === '') return undefined;
  const answer = extension.parse(header);
  const unknown = Object.keys(answer).find((name) => name !== NAME || offered === undefined);
  if (unknown !== undefined) throw new Error(`${unknown} was not offered`);
  offered?.agree(answer[NAME]!);
  return offered;
}

/** What of a body may be shown on a terminal, piece by piece as it arrives, as a pure class. */
import { printableLines } from './text/text-table.ts';

/** A type whose bytes are for programs, however they look. Pictures in XML are text. */
const BINARY_TYPE =
  /^\s*(?:image\/(?!svg\+xml)|audio\/|video\/|font\/|application\/(?:octet-stream|pdf|zip|gzip|x-gzip|x-tar|wasm|vnd\.ms-|x-protobuf|protobuf|msgpack))/i;
/** What text has none of, and binary data is full of: bytes of no character, and controls but for blanks. */
const NOT_TEXT = /\ufffd|(?![\t\n\v\f\r])\p{Cc}/gu;
/** With more than one such character among so many, the data counts as binary. */
const RARE = 10;

/** Whether this type alone says that nobody reads it. */
export function isBinaryType(contentType: string): boolean {
  return BINARY_TYPE.test(contentType);
}

/** Decodes and escapes a body; once it looks binary, nothing of it is shown any more. */
export class TerminalBody {
  readonly #decoder: TextDecoder;
  /** A carriage return that may be the first half of a line end. */
  #held = '';
  /** Seen so far; with `#notText` they tell text from binary data. */
  #characters = 0;
  #notText = 0;
  #isBinary: boolean;
  /** The last character that was shown. */
  #last = '\n';

  constructor(contentType: string, charset: string | undefined) {
    this.#decoder = decoderOf(charset);
    this.#isBinary = isBinaryType(contentType);
  }

  get isBinary(): boolean {
    return this.#isBinary;
  }

  /** Whether what was shown so far ends its line. */
  get endsLine(): boolean {
    return this.#last === '\n';
  }

  /** The text to show for these bytes; empty when they are binary, or a character's or a line end's first half. */
  next(bytes: Uint8Array): string {
    return this.#shown(this.#decoder.decode(bytes, { stream: true }));
  }

  /** What was held back, once no more comes. */
  end(): string {
    return this.#shown(this.#decoder.decode());
  }

  /** Looks at a piece and gives what may be shown of it. The verdict only ever turns to binary. */
  #shown(text: string): string {
    if (this.#isBinary || text === '') return '';
    this.#characters += text.length;
    this.#notText += text.match(NOT_TEXT)?.length ?? 0;
    this.#isBinary = text.includes('\0') || this.#notText * RARE > this.#characters;
    if (this.#isBinary) return '';
    const whole = this.#held + text;
    // The line feed of a CR LF may come with the next bytes.
    this.#held = whole.endsWith('\r') ? '\r' : '';
    const shown = printableLines(this.#held === '' ? whole : whole.slice(0, -1));
    this.#last = shown.at(-1) ?? this.#last;
    return shown;
  }
}

/** UTF-8 for a charset that nobody knows. */
function decoderOf(charset: string | undefined): TextDecoder {
  try {
    return new TextDecoder(charset);
  } catch {
    return new TextDecoder();
  }
}

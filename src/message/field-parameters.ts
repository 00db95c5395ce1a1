/**
 * Reads a field that is a list of values with parameters (`a;x=1, b;y="2"`), as `Link` and `Server-Timing` are. Each
 * character is looked at once, and what follows no grammar is skipped as the algorithms of RFC 8288 appendix B say.
 */

/** The name in lower case; the value `''` where there is none. */
export type Parameter = readonly [name: string, value: string];

/** A text that is read from its beginning. */
export class FieldCursor {
  #at = 0;

  constructor(readonly text: string) {}

  /** Whether nothing is left to read. */
  get isAtEnd(): boolean {
    return this.#at >= this.text.length;
  }

  /** Takes the character if it is the next one. */
  take(char: string): boolean {
    if (this.text[this.#at] !== char) return false;
    this.#at += 1;
    return true;
  }

  /** Optional white space (RFC 9110 section 5.6.3). */
  skipSpace(): void {
    this.#skip(' \t');
  }

  /** Commas too, of which a list may have more than it needs (RFC 9110 section 5.6.1.2). */
  skipSeparators(): void {
    this.#skip(' \t,');
  }

  /** What stands before the first of these characters, or until the end. */
  until(stops: string): string {
    const start = this.#at;
    while (!this.isAtEnd && !stops.includes(this.text[this.#at]!)) this.#at += 1;
    return this.text.slice(start, this.#at);
  }

  /** Behind the opening quote (RFC 8288 appendix B.4). A text that is never closed ends with the field. */
  quoted(): string {
    let value = '';
    while (!this.isAtEnd) {
      value += this.until('"\\');
      if (this.take('"')) return value;
      this.#at += 1;
      if (!this.isAtEnd) value += this.text[this.#at++];
    }
    return value;
  }

  /** Every parameter of one value, in its order (RFC 8288 appendix B.3). Stands at a comma or the end afterwards. */
  parameters(): Parameter[] {
    const found: Parameter[] = [];
    for (;;) {
      // Anything but a parameter, up to the next one.
      this.until(';,');
      if (!this.take(';')) return found;
      this.skipSpace();
      const name = this.until(' \t=;,').toLowerCase();
      this.skipSpace();
      const value = this.take('=') ? this.#value() : '';
      if (name !== '') found.push([name, value]);
    }
  }

  /** A token or a quoted string, behind the `=`. */
  #value(): string {
    this.skipSpace();
    return this.take('"') ? this.quoted() : this.until(';,').trimEnd();
  }

  #skip(chars: string): void {
    while (!this.isAtEnd && chars.includes(this.text[this.#at]!)) this.#at += 1;
  }
}

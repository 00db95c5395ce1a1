/**
 * What lets test runners and `node:assert` compare two messages by value. They see what is enumerable, and before they
 * look they ask what kind of object they have (`Object.prototype.toString`, which reads `Symbol.toStringTag`): then it
 * is put there, under a symbol. Nothing of it is there before, where whoever walks an object would meet a secret.
 */
import { type Content, charsetOf, decodeText } from './content.ts';

/** The same in every copy of the package. */
const LINES = Symbol.for('sluice.lines');
const BODY = Symbol.for('sluice.body');

/** Characters that no text has. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const BINARY = /[\u0000-\u0008\u000e-\u001f\ufffd]/;

/** For as long as the comparison takes: a runner that iterates headers would find it on one of two. */
export function showLines(headers: object, lines: readonly string[]): void {
  define(headers, LINES, lines);
  queueMicrotask(() => Reflect.deleteProperty(headers, LINES));
}

interface Answer {
  readonly content: Content;
  readonly headers: { get(name: string): string | null };
}

/** Lets responses be told apart by their bodies. What is put there stays, for the difference is shown later. */
export function comparedByBody(prototype: Answer): void {
  Object.defineProperty(prototype, Symbol.toStringTag, {
    __proto__: null,
    configurable: true,
    get(this: Answer) {
      if (this !== prototype) define(this, BODY, comparable(this.content, this.headers.get('content-type')));
      return 'HttpResponse';
    },
  } as PropertyDescriptor);
}

/** Text where it is some, bytes elsewhere; a stream is equal to itself alone. */
function comparable(content: Content, type: string | null): unknown {
  const { bytes } = content;
  if (bytes === undefined) return content;
  const text = decodeText(bytes, charsetOf(type));
  return BINARY.test(text) ? bytes : text;
}

function define(target: object, name: symbol, value: unknown): void {
  Object.defineProperty(target, name, {
    __proto__: null,
    value,
    enumerable: true,
    configurable: true,
  } as PropertyDescriptor);
}

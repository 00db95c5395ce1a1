/** JSON that is sent: one way to write it, and one way to say that it cannot be written. */
import { kindOf } from '../runtime/kind-of.ts';

/** Writes a value as JSON text. */
export type StringifyJson = (value: unknown) => string;
/** Reads a value from JSON text; throws for invalid text. */
export type ParseJson = (text: string) => unknown;

/**
 * @param name what it is called where it was given
 * @param stringify instead of `JSON.stringify`
 * @throws TypeError for a circle, a BigInt, a promise, a Map, a Set, or another value that JSON does not have
 */
export function jsonText(value: unknown, name: string, stringify: StringifyJson = JSON.stringify): string {
  let text: unknown;
  try {
    text = stringify(value);
  } catch (cause) {
    const fact = cause instanceof Error ? cause.message.split('\n', 1)[0] : String(cause);
    throw new TypeError(`${name} cannot be written as JSON: ${fact}`);
  }
  if (typeof text === 'string') {
    // What JSON cannot hold is written as an empty record: only then is it looked for.
    if (stringify === JSON.stringify && text.includes('{}')) refuseEmptied(value, name);
    return text;
  }
  if (stringify === JSON.stringify) throw new TypeError(`${name} must be a JSON value, got ${kindOf(value)}`);
  throw new TypeError(`option stringifyJson must return text, got ${kindOf(text)}`);
}

/** @throws TypeError for a promise, a Map or a Set, as the value or within it, of which nothing would be sent */
function refuseEmptied(value: unknown, name: string): void {
  const wrong = emptied(value);
  if (wrong !== undefined) throw new TypeError(`${name} is ${wrong}`);
  // A list of what is left, not a recursion: the writing has no limit of depth either.
  const left: unknown[] = [value];
  while (left.length > 0) {
    const at = left.pop();
    if (typeof at !== 'object' || at === null || writesItself(at)) continue;
    for (const key of Object.keys(at)) {
      const one = (at as Record<string, unknown>)[key];
      if (typeof one !== 'object' || one === null) continue;
      const found = emptied(one);
      if (found !== undefined) throw new TypeError(`${name} has at ${JSON.stringify(key.slice(0, 40))} ${found}`);
      left.push(one);
    }
  }
}

/** What it is, and what to give instead; `undefined` for what JSON can hold, or what says itself how it is written. */
function emptied(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || writesItself(value)) return undefined;
  if (value instanceof Promise) return `${kindOf(value)}, which JSON cannot hold; await it first`;
  if (value instanceof Map) return 'a Map, which JSON cannot hold; give Object.fromEntries(map)';
  return value instanceof Set ? 'a Set, which JSON cannot hold; give [...set]' : undefined;
}

/** A `toJSON` decides what is written, and may well be empty. */
function writesItself(value: object): boolean {
  return typeof (value as { toJSON?: unknown }).toJSON === 'function';
}

/** JSON that is sent: one way to write it, and one way to say that it cannot be written. */
import { kindOf } from '../runtime/kind-of.ts';

/** Writes a value as JSON text. */
export type StringifyJson = (value: unknown) => string;
/** Reads a value from JSON text; throws for a text that is none. */
export type ParseJson = (text: string) => unknown;

/**
 * @param name what it is called where it was given
 * @param stringify instead of `JSON.stringify`
 * @throws TypeError for a circle, a BigInt, or a value that JSON does not have
 */
export function jsonText(value: unknown, name: string, stringify: StringifyJson = JSON.stringify): string {
  let text: unknown;
  try {
    text = stringify(value);
  } catch (cause) {
    const fact = cause instanceof Error ? cause.message.split('\n', 1)[0] : String(cause);
    throw new TypeError(`${name} cannot be written as JSON: ${fact}`);
  }
  if (typeof text === 'string') return text;
  if (stringify === JSON.stringify) throw new TypeError(`${name} must be a JSON value, got ${kindOf(value)}`);
  throw new TypeError(`option stringifyJson must return text, got ${kindOf(text)}`);
}

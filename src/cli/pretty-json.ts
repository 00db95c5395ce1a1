/** JSON for people: indented, in colours when they are wanted, and with nothing that would steer a terminal. */
import { printableLines } from './text/text-table.ts';

const KEY = '\x1b[36m';
const TEXT = '\x1b[32m';
const LITERAL = '\x1b[33m';
const RESET = '\x1b[0m';
/** Strings (a key when a colon follows), and numbers and words. What stands between them has neither. */
const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|-?\d[\d.eE+-]*|\b(?:true|false|null)\b/g;

/** `undefined` when the text is not JSON. */
export function prettyJson(text: string, colour: boolean): string | undefined {
  let plain: string;
  try {
    // A string may hold what steers a terminal as an escape, which parsing has undone.
    plain = printableLines(JSON.stringify(JSON.parse(text), undefined, 2));
  } catch {
    return undefined;
  }
  if (!colour) return plain;
  return plain.replace(TOKEN, (token, string: string | undefined, colon: string | undefined) => {
    if (string === undefined) return LITERAL + token + RESET;
    return colon === undefined ? TEXT + string + RESET : KEY + string + RESET + colon;
  });
}

/** What others have written, in a message of ours: it must steer no terminal and turn no line of a log around. */

/** Control characters, but for the tab and the line feed of our own words. */
const CONTROL = /(?![\t\n])\p{Cc}/gu;
/** Characters that show nothing, and may turn the order of what others show. */
const INVISIBLE = /\p{Cf}/gu;
/** Nothing of either, which a pattern without classes of Unicode finds far sooner. */
const PLAIN = /^[\t\n\x20-\x7e]*$/;

/** The text with control characters as escapes (`\u001b`), and without what cannot be seen. */
export function printable(text: string): string {
  if (isPlain(text)) return text;
  return withoutInvisible(text).replace(CONTROL, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Whether it is of visible ASCII, spaces, tabs and line feeds alone, as most texts are. */
export function isPlain(text: string): boolean {
  return PLAIN.test(text);
}

export function withoutInvisible(text: string): string {
  return isPlain(text) ? text : text.replace(INVISIBLE, '');
}

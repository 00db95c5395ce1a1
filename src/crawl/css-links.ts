/**
 * What a style sheet loads, as a pure function: `url()` and `@import` (CSS Syntax section 4.3.6). Asked for files,
 * `style` elements and `style` attributes alike.
 */

/** A comment, a string, or what may be a reference; whichever begins first. Each part is bounded, so that it ends soon. */
const TOKENS =
  /\/\*[\s\S]*?(?:\*\/|$)|(@import\s+)?(?:"((?:[^"\\\n]|\\[\s\S]){0,4000})"|'((?:[^'\\\n]|\\[\s\S]){0,4000})')|\burl\(\s{0,100}(?:"((?:[^"\\\n]|\\[\s\S]){0,4000})"|'((?:[^'\\\n]|\\[\s\S]){0,4000})'|([^\s"'()]{1,4000}))\s{0,100}\)/gi;
const ESCAPE = /\\(?:([\da-f]{1,6})\s?|\n|([\s\S]))/gi;

export function cssReferences(text: string): string[] {
  const found: string[] = [];
  for (const [, imported, double, single, ...urls] of text.matchAll(TOKENS)) {
    const reference =
      urls.find((one) => one !== undefined) ?? (imported === undefined ? undefined : (double ?? single));
    if (reference !== undefined && reference !== '') found.push(unescaped(reference));
  }
  return found;
}

function unescaped(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(ESCAPE, (_all, hex: string | undefined, character: string | undefined) => {
    if (hex === undefined) return character ?? '';
    const code = Number.parseInt(hex, 16);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
  });
}

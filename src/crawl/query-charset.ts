/**
 * The query of a link, which browsers send in the charset of its page (URL standard, percent-encode after encoding).
 * Node can only decode those charsets, so that the table for the way back is made by decoding everything once.
 */

/** Of two bytes, with the first bytes and the second ones that an encoder uses. */
const PAIRS: Readonly<Record<string, readonly [first: number, last: number]>> = {
  gbk: [0x81, 0xfe],
  gb18030: [0x81, 0xfe],
  big5: [0xa1, 0xfe],
  'euc-jp': [0xa1, 0xfe],
  'euc-kr': [0x81, 0xfe],
  shift_jis: [0x81, 0xfc],
};
/** Encoding standard, index Shift_JIS pointer: what NEC selected is read and not written. */
const NEC_SELECTED: readonly [first: number, last: number] = [0xed, 0xef];
/** Encoding standard, index Big5 pointer: the last of two, and not the first. */
const BIG5_LAST = '\u2550\u255e\u2561\u256a\u5341\u5345';
/** URL standard, output encoding: UTF-8 for these, which is what a URL parser does by itself. */
const AS_UTF_8 = /^(?:utf-|replacement$|iso-2022-jp$)/;

const tables = new Map<string, ReadonlyMap<string, string>>();

/** @param charset as a `TextDecoder` names it */
export function withQueryIn(charset: string, reference: string): string {
  const start = reference.indexOf('?');
  // Most links are ASCII, and most pages UTF-8.
  if (start === -1 || AS_UTF_8.test(charset)) return reference;
  const hash = reference.indexOf('#');
  const end = hash === -1 ? reference.length : hash;
  if (end < start) return reference;
  const query = reference.slice(start, end);
  const encoded = query.replace(/[^\0-\x7f]/gu, (character) => tableOf(charset).get(character) ?? numbered(character));
  return reference.slice(0, start) + encoded + reference.slice(end);
}

/** What the charset does not have is sent as a character reference. */
function numbered(character: string): string {
  return `%26%23${character.codePointAt(0)}%3B`;
}

/** By character; made when a charset is first met, by reading every byte and pair of bytes in it. */
function tableOf(charset: string): ReadonlyMap<string, string> {
  const known = tables.get(charset);
  if (known !== undefined) return known;
  const table = new Map<string, string>();
  const decoder = new TextDecoder(charset);
  const note = (...bytes: number[]) => {
    const text = decoder.decode(Uint8Array.from(bytes));
    if (text.includes('\ufffd') || [...text].length !== 1) return;
    const isLast = charset === 'big5' && BIG5_LAST.includes(text);
    if (isLast || !table.has(text)) table.set(text, bytes.map(escaped).join(''));
  };
  for (let byte = 0x80; byte <= 0xff; byte += 1) note(byte);
  const [first, last] = PAIRS[charset] ?? [1, 0];
  for (let lead = first; lead <= last; lead += 1) {
    if (charset === 'shift_jis' && lead >= NEC_SELECTED[0] && lead <= NEC_SELECTED[1]) continue;
    for (let trail = 0x40; trail <= 0xfe; trail += 1) note(lead, trail);
  }
  tables.set(charset, table);
  return table;
}

/** URL standard, special-query percent-encode set. */
function escaped(byte: number): string {
  const isPlain = byte > 0x20 && byte < 0x7f && !'"#\'<>'.includes(String.fromCharCode(byte));
  return isPlain ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}

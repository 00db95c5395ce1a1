/** Where a text ends to be JSON (RFC 8259), because the parser's own message does not always say. */

const SCALAR = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-])/y;
/** RFC 8259 section 2: the only white space. */
const BLANK = /[ \t\n\r]*/y;

/** What may come next. */
type Next = 'value' | 'value or ]' | 'key' | 'key or }' | ':' | ', or end';

/** The place of the first character that no JSON has there; the length of the text when it ends too soon. */
export function faultOf(text: string): number {
  // Brackets that are not closed, the inner one last. A loop and a list: nesting of any depth takes no stack.
  const open: ('{' | '[')[] = [];
  let next = 'value' as Next;
  let at = 0;
  for (;;) {
    BLANK.lastIndex = at;
    BLANK.exec(text);
    at = BLANK.lastIndex;
    const sign = text[at];
    if (sign === undefined) return text.length;
    const inner = open.at(-1);
    if (next === ', or end') {
      if (inner === undefined) return at;
      if (sign === ',') next = inner === '{' ? 'key' : 'value';
      else if (sign === (inner === '{' ? '}' : ']')) open.pop();
      else return at;
      at += 1;
    } else if (next === ':') {
      if (sign !== ':') return at;
      next = 'value';
      at += 1;
    } else if ((sign === ']' && next === 'value or ]') || (sign === '}' && next === 'key or }')) {
      open.pop();
      next = ', or end';
      at += 1;
    } else if (sign === '"') {
      const end = stringEnd(text, at);
      if (end.isFault) return end.at;
      next = next === 'key' || next === 'key or }' ? ':' : ', or end';
      at = end.at;
    } else if (next === 'key' || next === 'key or }') return at;
    else if (sign === '{' || sign === '[') {
      open.push(sign);
      next = sign === '{' ? 'key or }' : 'value or ]';
      at += 1;
    } else {
      SCALAR.lastIndex = at;
      if (!SCALAR.test(text)) return at;
      at = SCALAR.lastIndex;
      next = ', or end';
    }
  }
}

/** What may follow a backslash in a string (RFC 8259 section 7). */
const ESCAPE = /\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/y;

/** Behind the closing quote, or where the string stops being valid. */
function stringEnd(text: string, start: number): { at: number; isFault: boolean } {
  for (let at = start + 1; at < text.length; ) {
    const code = text.charCodeAt(at);
    if (code === 0x22) return { at: at + 1, isFault: false };
    if (code < 0x20) return { at, isFault: true };
    if (code !== 0x5c) at += 1;
    else {
      ESCAPE.lastIndex = at;
      if (!ESCAPE.test(text)) return { at, isFault: true };
      at = ESCAPE.lastIndex;
    }
  }
  return { at: text.length, isFault: true };
}

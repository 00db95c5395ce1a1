/** URI templates (RFC 6570), all four levels. */
import { entriesOf, isEmptyCollection, membersOf, textOf } from './field-value.ts';
import { percentEncode } from './query.ts';
import { UriError } from './uri.ts';

/** How the operator of an expression writes its variables (RFC 6570 appendix A). */
interface Style {
  readonly first: string;
  readonly separator: string;
  /** Variables are written with their names. */
  readonly named: boolean;
  /** What stands between the name and an empty value. */
  readonly ifEmpty: string;
  /** Reserved characters and percent-escapes are written as they are. */
  readonly reserved: boolean;
}

const style = (first: string, separator: string, named = false, ifEmpty = '', reserved = false): Style => ({
  first,
  separator,
  named,
  ifEmpty,
  reserved,
});

/** The table of RFC 6570 appendix A, by operator. */
const STYLES: ReadonlyMap<string, Style> = new Map([
  ['', style('', ',')],
  ['+', style('', ',', false, '', true)],
  ['#', style('#', ',', false, '', true)],
  ['.', style('.', '.')],
  ['/', style('/', '/')],
  [';', style(';', ';', true)],
  ['?', style('?', '&', true, '=')],
  ['&', style('&', '&', true, '=')],
]);

/** One variable of an expression: `name`, `name*` or `name:3`. */
interface Variable {
  readonly name: string;
  readonly explode: boolean;
  /** Characters of the value to write; `undefined` for all. */
  readonly prefix: number | undefined;
}

/** What stands between two braces. */
interface Expression {
  readonly style: Style;
  readonly variables: readonly Variable[];
}

/** Values by the names that the template uses; looked up as own properties, or as entries of a map. */
export type TemplateValues = object;

/** The name of a variable and its modifier, `*` or `:` with a length (RFC 6570 sections 2.3 and 2.4). */
const VARIABLE = /^((?:\w|%[\da-f]{2})+(?:\.(?:\w|%[\da-f]{2})+)*)(?:(\*)|:([1-9]\d{0,3}))?$/i;
/** Operators that are kept for later (RFC 6570 section 2.2). */
const RESERVED_OPERATORS = /^[=,!@|]/;

/**
 * Expands a template. A variable that is not given, or that is `null` or an empty list or record, is left out.
 * @throws UriError for an invalid template, and for values that would make a segment `.` or `..` of the path, which is
 * another place than the template names
 * @throws TypeError naming the variable for a value that cannot be written
 */
export function expandTemplate(template: string, values: TemplateValues): string {
  let uri = '';
  // Where values stand in the result: only they are looked at for dot segments.
  const filled: [start: number, end: number][] = [];
  let at = 0;
  for (let open = nextBrace(template, 0); open !== -1; open = nextBrace(template, at)) {
    const close = template.indexOf('}', open);
    if (close === -1) throw malformed('an expression that is not closed', template);
    uri += reservedText(template.slice(at, open), 'the URI template');
    const start = uri.length;
    uri += expanded(parsed(template.slice(open + 1, close), template), values);
    if (uri.length > start) filled.push([start, uri.length]);
    at = close + 1;
  }
  uri += reservedText(template.slice(at), 'the URI template');
  refuseDotSegments(uri, filled, template);
  return uri;
}

/** Where the next expression opens. @throws UriError for one that was never opened */
function nextBrace(template: string, from: number): number {
  const open = template.indexOf('{', from);
  const stray = template.indexOf('}', from);
  if (stray !== -1 && (open === -1 || stray < open)) throw malformed('a } without its {', template);
  return open;
}

/**
 * Operator and variables of an expression.
 * @throws UriError for anything else between the braces
 */
function parsed(expression: string, template: string): Expression {
  const operator = /^[+#./;?&]/.exec(expression)?.[0] ?? '';
  if (RESERVED_OPERATORS.test(expression))
    throw malformed(`"${expression[0]}", an operator without a meaning`, template);
  const variables = expression
    .slice(operator.length)
    .split(',')
    .map((text): Variable => {
      const [, name, star, length] = VARIABLE.exec(text) ?? [];
      if (name === undefined) throw malformed('something else than names of variables between braces', template);
      return { name, explode: star !== undefined, prefix: length === undefined ? undefined : Number(length) };
    });
  return { style: STYLES.get(operator)!, variables };
}

/** The error shows the template and no value. */
function malformed(found: string, template: string): UriError {
  return new UriError(`the URI template "{uri}" has ${found} (RFC 6570); uriVars makes a URI a template`, template);
}

/** RFC 6570 section 3.2.1: nothing at all when no variable has a value. */
function expanded({ style: how, variables }: Expression, values: TemplateValues): string {
  const pieces: string[] = [];
  for (const variable of variables) {
    const value = lookedUp(values, variable.name);
    if (value !== undefined && value !== null && !isEmptyCollection(value)) write(pieces, variable, value, how);
  }
  return pieces.length === 0 ? '' : how.first + pieces.join(how.separator);
}

/** Never from a prototype. */
function lookedUp(values: TemplateValues, name: string): unknown {
  if (values instanceof Map) return values.get(name);
  return Object.hasOwn(values, name) ? (values as Record<string, unknown>)[name] : undefined;
}

/**
 * Writes one variable of an expression: a text, a list or a record, in the style of its operator (RFC 6570 section 3.2.1).
 */
function write(pieces: string[], variable: Variable, value: unknown, how: Style): void {
  const { name, prefix, explode } = variable;
  const text = textOf(value, name);
  if (text !== undefined) {
    const written = encoded(text, name, how, prefix);
    pieces.push(how.named ? pair(name, written, how) : written);
    return;
  }
  // RFC 6570 section 2.4.1: prefixes are for single values.
  if (prefix !== undefined)
    throw new TypeError(`uriVars: "${name}" is a list or record, of which no prefix can be taken`);
  const members = membersOf(value);
  const pairs = members === undefined ? pairsOf(value as object, name, how) : undefined;
  const list = members === undefined ? [] : definedOf(members, name).map((one) => encoded(one, name, how));
  if (pairs?.length === 0 || (pairs === undefined && list.length === 0)) return;
  if (explode) {
    if (pairs !== undefined)
      pieces.push(...pairs.map(([key, one]) => (how.named ? pair(key, one, how) : `${key}=${one}`)));
    else pieces.push(...(how.named ? list.map((one) => pair(name, one, how)) : list));
    return;
  }
  const joined = (pairs === undefined ? list : pairs.flat()).join(',');
  pieces.push(how.named ? pair(name, joined, how) : joined);
}

/** `name=value`; an empty value in the way of the operator. */
function pair(name: string, written: string, how: Style): string {
  return written === '' ? name + how.ifEmpty : `${name}=${written}`;
}

/**
 * The members of a record, both halves encoded.
 * @throws TypeError for one that is a list or record
 */
function pairsOf(record: object, name: string, how: Style): [key: string, value: string][] {
  const pairs: [string, string][] = [];
  for (const [key, value] of entriesOf(record, name)) {
    if (value === undefined || value === null) continue;
    const [text] = definedOf([value], `${name}.${key}`);
    // A name is never written with reserved characters in a query: it would be a parameter of its own.
    pairs.push([encoded(key, name, how), encoded(text!, name, how)]);
  }
  return pairs;
}

/** RFC 6570 section 2.3: what is in a list or record is text. */
function definedOf(members: readonly unknown[], name: string): string[] {
  const given = members.filter((one) => one !== undefined && one !== null);
  return given.map((one) => {
    const text = textOf(one, name);
    if (text === undefined)
      throw new TypeError(`uriVars: "${name}" has a list or record within, which a template cannot write`);
    return text;
  });
}

/** The value as the operator writes it, cut to its prefix before it is escaped. */
function encoded(text: string, name: string, how: Style, prefix?: number): string {
  const cut = prefix === undefined ? text : firstOf(text, prefix, how.reserved);
  return how.reserved ? reservedText(cut, name) : percentEncode(cut, name);
}

// One character as UTF-8 has it, or what stands for itself.
const ESCAPED =
  /%[0-7][\da-f]|%[cd][\da-f]%[89ab][\da-f]|%e[\da-f](?:%[89ab][\da-f]){2}|%f[0-7](?:%[89ab][\da-f]){3}|./gisu;

/** The first characters, not code units: neither a surrogate pair nor the escape of one character is cut apart. */
function firstOf(text: string, count: number, escapes: boolean): string {
  const characters = escapes ? (text.match(ESCAPED) ?? []) : [...text];
  return characters.slice(0, count).join('');
}

// RFC 3986 sections 2.2 and 2.3, and escapes that are whole.
const KEPT = /%[\da-f]{2}|[\w\-.~:/?#[\]@!$&'()*+,;=]+/gi;

/** Reserved characters and whole escapes stay; everything else is escaped. */
function reservedText(text: string, name: string): string {
  let written = '';
  let at = 0;
  for (const { 0: kept, index } of text.matchAll(KEPT)) {
    written += (index > at ? percentEncode(text.slice(at, index), name) : '') + kept;
    at = index + kept.length;
  }
  return at === text.length ? written : written + percentEncode(text.slice(at), name);
}

/** A value such as `..` would ask for another resource than the one below which the template puts it. */
function refuseDotSegments(uri: string, filled: readonly (readonly [number, number])[], template: string): void {
  if (filled.length === 0) return;
  const end = uri.search(/[?#]/);
  const path = end === -1 ? uri : uri.slice(0, end);
  let start = 0;
  for (const segment of path.split('/')) {
    const stop = start + segment.length;
    if (/^(?:\.|%2e){1,2}$/i.test(segment) && filled.some(([from, to]) => from < stop && to > start)) {
      throw new UriError(
        `a value of uriVars makes the segment "${segment}" in the path of the template "{uri}", which leads elsewhere`,
        template,
      );
    }
    start = stop + 1;
  }
}

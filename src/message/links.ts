/** The links of a response (RFC 8288): which other resources it names, and how it stands to them. */
import { FieldCursor, type Parameter } from './field-parameters.ts';
import type { HttpHeaders } from './headers.ts';

/** One link. A link with several relation types is one for each of them (RFC 8288 section 3.3). */
export interface Link {
  /** The target, resolved against the URL of the response. */
  readonly url: string;
  /** The relation type in lower case, such as `'next'`; `''` when the link names none. */
  readonly rel: string;
  /** What the link is about, when that is not the response: the resolved `anchor`. */
  readonly anchor?: string;
  /** What the link is called. */
  readonly title?: string;
  /** The media type that the target probably has. */
  readonly type?: string;
  /** The media that the target is made for. */
  readonly media?: string;
  /** Languages that the target probably has. */
  readonly hreflang?: readonly string[];
  /** Every other parameter, names in lower case; the first of those with one name. */
  readonly params: Readonly<Record<string, string>>;
}

/**
 * The first link of each relation type about the response itself, by its type: `response.links.next?.url`. Iterated, it
 * gives every link in the order of the header.
 */
export interface Links extends Iterable<Link> {
  /** The page behind this one. */
  readonly next?: Link;
  /** The page before this one. */
  readonly prev?: Link;
  /** The first page. */
  readonly first?: Link;
  /** The last page. */
  readonly last?: Link;
  /** This one. */
  readonly self?: Link;
  readonly [rel: string]: Link | undefined;
}

/** Parameters with a place of their own, or that are looked at and not kept. */
const KNOWN: ReadonlySet<string> = new Set('rel anchor title title* type media hreflang'.split(' '));
/** `UTF-8'en'%e2%82%ac` (RFC 8187 section 3.2.1). */
const EXTENDED = /^utf-8'[^']*'((?:%[0-9a-f]{2}|[\w!#$&+.^`|~-])*)$/i;

/**
 * The links of the header (RFC 8288 section 3).
 * @param base URL of the response; `''` leaves relative targets as they are written
 */
export function linksOf(headers: HttpHeaders, base: string): Links {
  const all = headers.getAll('link').flatMap((line) => parseLinks(line, base));
  const record: Record<string, Link> = Object.create(null);
  for (const link of all) if (link.anchor === undefined) record[link.rel] ??= link;
  return Object.defineProperty(record, Symbol.iterator, { value: () => all.values() }) as unknown as Links;
}

/**
 * The target of the first link of a relation type about the response itself, as it is written: also one that is no URI,
 * which `linksOf` leaves out.
 * @param rel in lower case
 */
export function writtenTarget(headers: HttpHeaders, rel: string): string | undefined {
  for (const line of headers.getAll('link')) {
    for (const [target, parameters] of writtenLinks(line)) {
      const isAboutOther = parameters.some(([name]) => name === 'anchor');
      if (!isAboutOther && typesOf(parameters).includes(rel)) return target;
    }
  }
  return undefined;
}

/** The links of one line, resolved. */
function parseLinks(line: string, base: string): Link[] {
  return writtenLinks(line).flatMap(([target, parameters]) => linksFrom(target, parameters, base));
}

/** The links of one line (RFC 8288 appendix B.2). */
function writtenLinks(line: string): [target: string, parameters: readonly Parameter[]][] {
  const cursor = new FieldCursor(line);
  const links: [string, readonly Parameter[]][] = [];
  for (cursor.skipSeparators(); !cursor.isAtEnd; cursor.skipSeparators()) {
    const isLink = cursor.take('<');
    const target = isLink ? cursor.until('>') : '';
    const isClosed = isLink && cursor.take('>');
    const parameters = cursor.parameters();
    // What is no link does not cost those behind it.
    if (isClosed) links.push([target, parameters]);
  }
  return links;
}

/** One link of the header: as many of ours as it has relation types, or none when its target cannot be resolved. */
function linksFrom(target: string, parameters: readonly Parameter[], base: string): Link[] {
  const url = resolved(target, base);
  if (url === undefined) return [];
  const first = (name: string) => parameters.find(([key]) => key === name)?.[1];
  const anchor = first('anchor');
  const context = anchor === undefined ? undefined : resolved(anchor, base);
  // A link about something unknown is a link about nothing.
  if (anchor !== undefined && context === undefined) return [];
  const hreflang = parameters.filter(([key]) => key === 'hreflang').map(([, value]) => value);
  const values = {
    title: extended(first('title*')) ?? first('title'),
    type: first('type'),
    media: first('media'),
    ...(hreflang.length > 0 && { hreflang }),
    // RFC 8288 section 3.2: the context is the response unless an anchor names another one.
    anchor: context === base ? undefined : context,
  };
  const given = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
  const params = othersOf(parameters);
  const types = typesOf(parameters);
  return [...new Set(types.length === 0 ? [''] : types)].map((rel) => ({ url, rel, ...given, params }));
}

/** RFC 8288 section 3.3: "rel" must not come more than once, and only the first counts; several types are several links. */
function typesOf(parameters: readonly Parameter[]): string[] {
  const rel = parameters.find(([name]) => name === 'rel')?.[1] ?? '';
  return rel.toLowerCase().split(/\s+/).filter(Boolean);
}

/** RFC 8288 section 3.4.2: target attributes that nobody has a name for; those in the form of RFC 8187 are decoded. */
function othersOf(parameters: readonly Parameter[]): Record<string, string> {
  const params: Record<string, string> = Object.create(null);
  for (const [name, value] of parameters) {
    if (KNOWN.has(name) || name in params) continue;
    const text = name.endsWith('*') ? extended(value) : value;
    if (text !== undefined) params[name] = text;
  }
  return params;
}

/** A value in the form of RFC 8187; `undefined` for one that is not. */
function extended(value: string | undefined): string | undefined {
  const encoded = value === undefined ? undefined : EXTENDED.exec(value)?.[1];
  if (encoded === undefined) return undefined;
  try {
    return decodeURIComponent(encoded);
  } catch {
    return undefined;
  }
}

/** The absolute form of a reference; without a base a relative one stays as it is. */
function resolved(reference: string, base: string): string | undefined {
  if (base === '' && !/^[a-z][a-z0-9+.-]*:/i.test(reference)) return reference;
  try {
    return new URL(reference, base === '' ? undefined : base).href;
  } catch {
    return undefined;
  }
}

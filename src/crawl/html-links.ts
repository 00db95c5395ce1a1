/**
 * The links of an HTML page, by a parser that reads it in pieces and builds no tree: a page costs what its links take,
 * however long it is. `read-page.ts` feeds it.
 */
import { Parser } from 'htmlparser2';
import { cssReferences } from './css-links.ts';
import { pageUrl } from './page-url.ts';
import { withQueryIn } from './query-charset.ts';
import { forbidsFollowing } from './robots-tag.ts';

export interface PageLinks {
  /** Absolute http(s) URLs without fragments, each once, in the order of the page. */
  readonly urls: readonly string[];
  /** References that are no valid URL, as they stand in the page; at most 100. */
  readonly invalid: readonly string[];
  /** With `fragments`: the links that have one, with it. */
  readonly fragments?: readonly string[];
  /** With `fragments`: what they may lead to on this page. */
  readonly ids?: readonly string[];
}

/** Attributes that lead to another page. */
const PAGES: Readonly<Record<string, string>> = { a: 'href', area: 'href', iframe: 'src', frame: 'src' };
/** Attributes that a browser loads to show this one. */
const ASSETS: Readonly<Record<string, string>> = {
  audio: 'src',
  embed: 'src',
  img: 'src',
  input: 'src',
  object: 'data',
  script: 'src',
  source: 'src',
  track: 'src',
  video: 'src',
};
/** `link` relations that name an origin or a wish, and nothing to fetch. */
const HINTS = /(?:^|\s)(?:preconnect|dns-prefetch|pingback)(?:\s|$)/i;
/** `link` relations that lead to another page; the others are assets. */
const PAGE_RELATIONS = /(?:^|\s)(?:alternate|author|canonical|help|license|next|prev|search|amphtml)(?:\s|$)/i;
const MAX_INVALID = 100;
const MAX_FRAGMENTS = 10_000;
const MAX_STYLE = 1_000_000;

export interface LinkReaderOptions {
  /** Whether what a browser would load counts: images, scripts, style sheets. */
  readonly assets: boolean;
  /** Whether the page is XML, where every element may close itself. Default `false`. */
  readonly xml?: boolean;
  /** Whether fragments, and what they may lead to, are told. Default `false`. */
  readonly fragments?: boolean;
  /** The product token that robots rules may name. Default `sluice`. */
  readonly agent?: string;
}

/** Write the page piece by piece, then ask for its links. */
export class LinkReader {
  /** Of the page, as a `TextDecoder` names it. */
  charset = 'utf-8';
  readonly #parser: Parser;
  readonly #references = new Set<string>();
  readonly #assets: boolean;
  readonly #agent: string;
  readonly #ids: Set<string> | undefined;
  readonly #withFragment = new Set<string>();
  /** The text of a style element that was opened. */
  #style: string | undefined;
  #base: string | undefined;
  #noFollow = false;

  constructor({ assets, xml = false, agent = 'sluice', fragments = false }: LinkReaderOptions) {
    this.#assets = assets;
    this.#agent = agent;
    this.#ids = fragments ? new Set() : undefined;
    const handlers = {
      onopentag: (name: string, attributes: Readonly<Record<string, string>>) => this.#open(name, attributes),
      ontext: (text: string) => {
        if (this.#style !== undefined && this.#style.length < MAX_STYLE) this.#style += text;
      },
      onclosetag: (name: string) => {
        if (name === 'style') this.#endStyle();
      },
    };
    this.#parser = new Parser(handlers, { xmlMode: xml });
  }

  write(text: string): void {
    this.#parser.write(text);
  }

  /** @param url of the page, which its references are relative to unless it has a `base` */
  end(url: string): PageLinks {
    this.#parser.end();
    // Robots meta tag: the page asks that none of its links be followed.
    if (this.#noFollow) return { urls: [], invalid: [], ...this.#fragments(url) };
    const base = (this.#base === undefined ? undefined : pageUrl(this.#base, url)) ?? url;
    const urls = new Set<string>();
    const invalid: string[] = [];
    for (const reference of this.#references) {
      const found = pageUrl(withQueryIn(this.charset, reference), base);
      if (found !== undefined) urls.add(found);
      else if (!URL.canParse(reference, base) && invalid.length < MAX_INVALID) invalid.push(reference.slice(0, 200));
    }
    return { urls: [...urls], invalid, ...this.#fragments(base) };
  }

  #fragments(base: string): Pick<PageLinks, 'fragments' | 'ids'> {
    if (this.#ids === undefined) return {};
    const fragments = new Set<string>();
    for (const reference of this.#noFollow ? [] : this.#withFragment) {
      const target = pageUrl(reference, base);
      if (target !== undefined) fragments.add(`${target}${reference.slice(reference.indexOf('#'))}`);
    }
    return { fragments: [...fragments], ids: [...this.#ids] };
  }

  #open(name: string, attributes: Readonly<Record<string, string>>): void {
    if (this.#ids !== undefined && this.#ids.size < MAX_FRAGMENTS) {
      if (attributes['id']) this.#ids.add(attributes['id']);
      if (name === 'a' && attributes['name']) this.#ids.add(attributes['name']);
    }
    if (this.#assets && attributes['style'] !== undefined) this.#addStyle(attributes['style']);
    if (this.#assets && name === 'style') this.#style = '';
    // HTML, the base element: the first one with href counts, for the whole page.
    if (name === 'base') this.#base ??= attributes['href'];
    else if (name === 'meta') this.#meta(attributes);
    else if (name === 'link') this.#link(attributes);
    else if (Object.hasOwn(PAGES, name)) this.#add(attributes[PAGES[name]!] ?? attributes['xlink:href']);
    else if (this.#assets && (name === 'image' || name === 'use'))
      this.#add(attributes['href'] ?? attributes['xlink:href']);
    else if (this.#assets && Object.hasOwn(ASSETS, name)) {
      this.#add(attributes[ASSETS[name]!]);
      for (const candidate of sourceSet(attributes['srcset'])) this.#add(candidate);
      if (name === 'video') this.#add(attributes['poster']);
    }
  }

  #meta(attributes: Readonly<Record<string, string>>): void {
    const { content = '' } = attributes;
    const name = attributes['name']?.toLowerCase();
    const isForUs = name === 'robots' || name === this.#agent.toLowerCase();
    if (isForUs && forbidsFollowing(content, this.#agent)) this.#noFollow = true;
    if (attributes['http-equiv']?.trim().toLowerCase() === 'refresh') this.#add(refreshTarget(content));
  }

  #link({ rel = '', href, imagesrcset }: Readonly<Record<string, string>>): void {
    if (HINTS.test(rel)) return;
    if (this.#assets || PAGE_RELATIONS.test(rel)) this.#add(href);
    if (this.#assets) for (const candidate of sourceSet(imagesrcset)) this.#add(candidate);
  }

  #endStyle(): void {
    if (this.#style !== undefined) this.#addStyle(this.#style);
    this.#style = undefined;
  }

  #addStyle(text: string): void {
    for (const reference of cssReferences(text)) this.#add(reference);
  }

  /** An empty reference and a fragment are the page itself. */
  #add(reference: string | undefined): void {
    const trimmed = reference?.trim() ?? '';
    if (this.#ids !== undefined && trimmed.includes('#') && this.#withFragment.size < MAX_FRAGMENTS) {
      this.#withFragment.add(trimmed);
    }
    if (trimmed !== '' && !trimmed.startsWith('#')) this.#references.add(trimmed);
  }
}

/** Where `5; url='/x'` leads (HTML, the refresh pragma); `undefined` when it reloads the page itself. */
function refreshTarget(content: string): string | undefined {
  const rest = /^\s*[\d.]+\s*[;,]?\s*(.*)$/s.exec(content)?.[1] ?? '';
  const target = rest.replace(/^url\s*=\s*/i, '');
  const quote = target[0];
  if (quote !== '"' && quote !== "'") return target;
  const end = target.indexOf(quote, 1);
  return target.slice(1, end === -1 ? undefined : end);
}

/** The URLs of `a.png 1x, b.png 2x` (HTML, srcset attributes): up to white space, without commas at the end. */
function sourceSet(text: string | undefined): string[] {
  const urls: string[] = [];
  let at = 0;
  while (text !== undefined && at < text.length) {
    at = skip(/[\s,]*/y, text, at);
    const end = skip(/\S*/y, text, at);
    let last = end;
    while (text[last - 1] === ',') last -= 1;
    if (last > at) urls.push(text.slice(at, last));
    at = last < end ? end : skip(/[^,]*/y, text, end);
  }
  return urls;
}

function skip(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  pattern.test(text);
  return pattern.lastIndex;
}

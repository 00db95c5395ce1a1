/** Elements, made without HTML: what is given becomes text, whatever it says. */
import { printable } from '../../text/text-table.ts';

type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** @param children texts of strangers too: control characters and those that turn the order of others are shown as such */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    if (name === 'class') made.className = String(value);
    else made.setAttribute(name, value === true ? '' : String(value));
  }
  for (const child of children) made.append(typeof child === 'string' ? printable(child) : child);
  return made;
}

/** Of the page's own elements. */
export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  return document.getElementById(id) as T;
}

/** A link that leaves the page; text alone for whatever is no http URL. */
export function outward(url: string, ...children: (Node | string)[]): HTMLElement {
  const shown = children.length > 0 ? children : [url];
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) return element('span', {}, ...shown);
  return element('a', { href: url, target: '_blank', rel: 'noopener noreferrer nofollow' }, ...shown);
}

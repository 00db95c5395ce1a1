/** The view of broken links: each with the pages it is on. */
import { pagesElement } from './details.ts';
import { byId, element, outward } from './dom.ts';
import { countText } from './format.ts';
import type { Model } from './model.ts';
import { statusElement } from './row.ts';

/** Links that are shown at once. */
const STEP = 100;

export class BrokenList {
  readonly #model: Model;
  readonly #list = byId('broken-list');
  /** The button for more. */
  readonly #more = byId('broken-more');
  /** All rows that the list would show, of which a part has elements. */
  #rows: number[] = [];

  constructor(model: Model) {
    this.#model = model;
    this.#more.addEventListener('click', () => this.#add());
  }

  /** Shows those of these calls that are broken, while they are looked at. @returns how many there are */
  show(calls: Uint32Array, isSeen: boolean): number {
    this.#rows = [];
    for (const call of calls) {
      const row = this.#model.last(call);
      if (this.#model.broken(row) !== undefined) this.#rows.push(row);
    }
    this.#list.replaceChildren();
    if (!isSeen) return this.#rows.length;
    this.#add();
    if (this.#rows.length === 0) this.#list.append(element('li', { class: 'empty' }, 'No broken link.'));
    return this.#rows.length;
  }

  /** Adds the next links to the list. */
  #add(): void {
    const from = this.#list.childElementCount;
    this.#list.append(...this.#rows.slice(from, from + STEP).map((row) => this.#link(row)));
    const left = this.#rows.length - from - STEP;
    this.#more.hidden = left <= 0;
    this.#more.textContent = `Show ${countText(Math.min(STEP, Math.max(0, left)))} more of ${countText(Math.max(0, left))}`;
  }

  /** One broken link and the pages it is on. */
  #link(row: number): HTMLElement {
    const url = this.#model.columns.url[row]!;
    const error = this.#model.error(row);
    const broken = this.#model.broken(row)!;
    const on = broken.count === 0 ? '' : `on ${broken.count === 1 ? '1 page' : `${countText(broken.count)} pages`}`;
    return element(
      'li',
      {},
      element(
        'p',
        {},
        statusElement(this.#model, row),
        outward(url, element('bdi', {}, url)),
        error === '' ? '' : element('code', {}, error),
        element('small', { class: 'muted' }, on),
      ),
      pagesElement(broken),
    );
  }
}

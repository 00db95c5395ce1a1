/**
 * The table of calls: only what is on the screen has elements, so that a filter of 50 000 rows touches some fifty. It scrolls
 * with the page. All rows are of one height, those of an opened call too; what else there is to say stands beside it.
 */
import { byId, element } from './dom.ts';
import type { Item, Model, Sorting, SortKey } from './model.ts';
import { type RowContext, rowElement } from './row.ts';

/** Rows beyond the screen that have elements too. */
const BEYOND = 8;

/** The columns that can be sorted by, in their order. */
const HEADS: readonly (readonly [key: SortKey, label: string])[] = [
  ['order', '#'],
  ['status', 'Status'],
  ['method', 'Method'],
  ['url', 'URL'],
  ['type', 'Type'],
  ['size', 'Size'],
  ['time', 'Time'],
];

/** What the table tells the page. */
export interface TableEvents {
  sorted(sorting: Sorting): void;
  /** Another item is the current one. */
  moved(item: Item | undefined): void;
  /** The details of the current one are wanted. */
  opened(item: Item): void;
}

/** Rows are placed by their number: the list is as high as all of them, and those near the screen have elements. */
export class Table {
  readonly #model: Model;
  readonly #events: TableEvents;
  readonly #grid = byId('grid');
  readonly #body = byId('rows');
  /** Elements that exist, by the place of their row. */
  readonly #shown = new Map<number, HTMLElement>();
  /** Calls whose steps are shown. */
  readonly #open = new Set<number>();
  #calls: Uint32Array = new Uint32Array();
  /** With the rows of opened calls between them; absent while none is open, when the calls say it all. */
  #items: Item[] | undefined;
  #current = -1;
  #sorting: Sorting = { key: 'order', isDown: false };
  #context: RowContext = { scale: 'duration', from: 0, to: 1 };
  /** A drawing is asked for and has not happened: at most one for each frame. */
  #isAsked = false;

  constructor(model: Model, events: TableEvents) {
    this.#model = model;
    this.#events = events;
    this.#heads();
    this.#body.addEventListener('click', (event) => this.#clicked(event));
    window.addEventListener('scroll', () => this.#ask());
    window.addEventListener('resize', () => this.#again());
  }

  /** Shows these calls, in this order. */
  show(calls: Uint32Array, context: RowContext): void {
    const { current } = this;
    this.#calls = calls;
    this.#context = context;
    this.#list();
    this.#current = current === undefined ? -1 : this.#placeOf(current.call, current.row);
    this.#again();
  }

  /** The selected line. */
  get current(): Item | undefined {
    return this.#current === -1 ? undefined : this.#at(this.#current);
  }

  /** Gives the keys to the table. */
  focus(): void {
    this.#grid.focus({ preventScroll: true });
  }

  /** Makes that call the current one, and brings it to the screen. Whether it is in the table. */
  goTo(call: number): boolean {
    const place = this.#placeOf(call);
    if (place === -1) return false;
    this.#moveTo(place);
    return true;
  }

  /** @returns whether the key was one of the table's */
  key(event: KeyboardEvent): boolean {
    const page = Math.max(1, Math.floor((window.innerHeight - this.#top()) / this.#height()) - 1);
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: 1,
      j: 1,
      ArrowUp: -1,
      k: -1,
      PageDown: page,
      PageUp: -page,
      Home: Number.NEGATIVE_INFINITY,
      End: Number.POSITIVE_INFINITY,
    };
    const step = Object.hasOwn(steps, event.key) ? steps[event.key] : undefined;
    if (step !== undefined) this.#moveTo(Math.min(this.#length - 1, Math.max(0, this.#current + step)));
    else if (event.key === 'Enter' && this.current !== undefined) this.#events.opened(this.current);
    else if (event.key === 'ArrowRight') this.#unfold(true);
    else if (event.key === 'ArrowLeft') this.#unfold(false);
    else return false;
    return true;
  }

  /** The heads are buttons, made once. */
  #heads(): void {
    const heads = HEADS.map(([key, label]) => {
      const button = element('button', { type: 'button', 'data-sort': key }, label);
      button.addEventListener('click', () => this.#sortBy(key));
      return element('span', { class: `c-${key}`, role: 'columnheader' }, button);
    });
    byId('head').replaceChildren(
      ...heads,
      element(
        'span',
        { class: 'c-bar', role: 'columnheader' },
        this.#model.data.kind === 'har' ? 'Waterfall' : 'Duration',
      ),
    );
    this.#markHeads();
  }

  /** The first click sorts, the second turns it round, the third goes back. */
  #sortBy(key: SortKey): void {
    const isSame = this.#sorting.key === key;
    // The biggest are what one looks for in numbers; a third click goes back to the order of the file.
    const downFirst = key === 'size' || key === 'time' || key === 'status';
    if (!isSame) this.#sorting = { key, isDown: downFirst };
    else if (this.#sorting.isDown === downFirst) this.#sorting = { key, isDown: !downFirst };
    else this.#sorting = { key: 'order', isDown: false };
    this.#markHeads();
    this.#events.sorted(this.#sorting);
  }

  /** Tells assistive technology which column sorts. */
  #markHeads(): void {
    for (const button of byId('head').querySelectorAll<HTMLElement>('[data-sort]')) {
      const { key, isDown } = this.#sorting;
      const sort = button.dataset['sort'] !== key ? 'none' : isDown ? 'descending' : 'ascending';
      button.parentElement!.setAttribute('aria-sort', sort);
    }
  }

  /** The items of the calls, opened ones with their rows. */
  #list(): void {
    this.#items = undefined;
    if (this.#open.size === 0) return;
    const items: Item[] = [];
    for (const call of this.#calls) {
      items.push({ call });
      if (this.#open.has(call)) for (const row of this.#model.calls[call]!.rows) items.push({ call, row });
    }
    this.#items = items;
  }

  /** Where a line stands now; -1 when the filter has it out. */
  #placeOf(call: number, row?: number): number {
    if (this.#items === undefined) return row === undefined ? this.#calls.indexOf(call) : -1;
    return this.#items.findIndex((item) => item.call === call && item.row === row);
  }

  /** The line at a place. */
  #at(place: number): Item | undefined {
    if (this.#items !== undefined) return this.#items[place];
    const call = this.#calls[place];
    return call === undefined ? undefined : { call };
  }

  /** Lines of the table, those of opened calls among them. */
  get #length(): number {
    return this.#items?.length ?? this.#calls.length;
  }

  /** One listener for all lines: elements come and go. */
  #clicked(event: Event): void {
    const target = event.target as Element;
    const shown = target.closest<HTMLElement>('[data-place]');
    if (shown === null) return;
    const place = Number(shown.dataset['place']);
    this.#moveTo(place);
    if (target.closest('.fold') !== null) this.#unfold(!this.#open.has(this.#at(place)!.call));
    else this.#events.opened(this.#at(place)!);
    this.focus();
  }

  /** Shows or hides the steps of the selected call, which stays selected. */
  #unfold(isOpen: boolean): void {
    const item = this.current;
    if (item === undefined || this.#model.calls[item.call]!.rows.length < 2) return;
    if (isOpen === this.#open.has(item.call)) return;
    if (isOpen) this.#open.add(item.call);
    else this.#open.delete(item.call);
    this.#list();
    this.#current = this.#placeOf(item.call);
    this.#again();
  }

  /** Selects a line and brings it to the screen. */
  #moveTo(place: number): void {
    if (this.#length === 0) return;
    const before = this.#current;
    this.#current = place;
    this.#reveal(place);
    this.#draw();
    this.#mark(before);
    this.#mark(place);
    this.#grid.setAttribute('aria-activedescendant', `item-${place}`);
    this.#events.moved(this.current);
  }

  /** Sets the mark of selection on a line that has an element. */
  #mark(place: number): void {
    this.#shown.get(place)?.setAttribute('aria-selected', String(place === this.#current));
  }

  /** Scrolls just far enough. */
  #reveal(place: number): void {
    const height = this.#height();
    const top = this.#body.getBoundingClientRect().top + place * height;
    const least = this.#top();
    const most = window.innerHeight - height;
    if (top < least) window.scrollBy(0, top - least);
    else if (top > most) window.scrollBy(0, top - most);
  }

  /** Pixels at the top of the screen that the toolbar and the heads cover. */
  #top(): number {
    return byId('head').getBoundingClientRect().height + byId('toolbar').getBoundingClientRect().height;
  }

  /** Pixels of a line, from the style sheet. */
  #height(): number {
    return Number.parseFloat(getComputedStyle(this.#grid).getPropertyValue('--row'));
  }

  /** Draws once for all that happens within a frame. */
  #ask(): void {
    if (this.#isAsked) return;
    this.#isAsked = true;
    requestAnimationFrame(() => {
      this.#isAsked = false;
      this.#draw();
    });
  }

  /** Draws every line anew: after a filter, a sort or a resize. */
  #again(): void {
    for (const shown of this.#shown.values()) shown.remove();
    this.#shown.clear();
    this.#grid.setAttribute('aria-rowcount', String(this.#length + 1));
    if (this.#current === -1) this.#grid.removeAttribute('aria-activedescendant');
    else this.#grid.setAttribute('aria-activedescendant', `item-${this.#current}`);
    this.#draw();
  }

  /** Makes the lines near the screen and removes those that have left it. */
  #draw(): void {
    const height = this.#height();
    this.#body.style.height = `${this.#length * height}px`;
    const above = -this.#body.getBoundingClientRect().top;
    const first = Math.max(0, Math.floor(above / height) - BEYOND);
    const last = Math.min(this.#length, Math.ceil((above + window.innerHeight) / height) + BEYOND);
    for (const [place, shown] of this.#shown) {
      if (place >= first && place < last) continue;
      shown.remove();
      this.#shown.delete(place);
    }
    const fresh: HTMLElement[] = [];
    for (let place = first; place < last; place += 1) {
      if (this.#shown.has(place)) continue;
      const made = this.#item(place, height);
      this.#shown.set(place, made);
      fresh.push(made);
    }
    this.#body.append(...fresh);
  }

  /** The element of a line, at its place within the whole height. */
  #item(place: number, height: number): HTMLElement {
    const item = this.#at(place)!;
    const made = rowElement(this.#model, item, this.#context, this.#open.has(item.call));
    made.id = `item-${place}`;
    made.dataset['place'] = String(place);
    made.setAttribute('aria-rowindex', String(place + 2));
    made.setAttribute('aria-selected', String(place === this.#current));
    made.style.top = `${place * height}px`;
    return made;
  }
}

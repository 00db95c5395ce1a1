/**
 * What there is to say of one call beside its line: phases, steps, facts, headers, and the pages that a broken link is
 * on.
 */
import { type Pair, PHASES } from '../report-data.ts';
import { byId, element, outward } from './dom.ts';
import { countText, errorText, msText, sizeText } from './format.ts';
import type { Item, Model } from './model.ts';
import { statusElement } from './row.ts';

/** Labels of facts that are URLs. */
const URLS = new Set(['Redirects to', 'Found on', 'Asked by', 'By way of']);

const PHASE_WORDS: Readonly<Record<(typeof PHASES)[number], string>> = {
  blocked: 'Queued',
  dns: 'Name (DNS)',
  connect: 'Connect',
  tls: 'TLS',
  send: 'Send',
  wait: 'Wait',
  receive: 'Receive',
};

/** The panel beside the table. It is filled when a call is opened, and hidden otherwise. */
export class Details {
  readonly #model: Model;
  readonly #panel = byId('details');
  readonly #closed: () => void;

  /** @param closed told when it was closed by its own button */
  constructor(model: Model, closed: () => void) {
    this.#model = model;
    this.#closed = closed;
  }

  /** Whether the panel is there. */
  get isOpen(): boolean {
    return !this.#panel.hidden;
  }

  /** Hides the panel; the table gets its width back. */
  close(): void {
    this.#panel.hidden = true;
    document.documentElement.classList.remove('has-details');
  }

  /** Fills the panel for a call, or for one of its steps. */
  show(item: Item): void {
    const { rows } = this.#model.calls[item.call]!;
    const row = item.row ?? rows.at(-1)!;
    const asked = item.row ?? rows[0]!;
    const url = this.#model.columns.url[asked]!;
    const detail = this.#model.detail(row);
    const steps = item.row === undefined && rows.length > 1 ? [this.#steps(rows)] : [];
    this.#panel.replaceChildren(
      this.#head(url, row),
      ...steps,
      ...this.#pages(row),
      ...this.#phases(row),
      section('Facts', facts([...this.#figures(row), ...detail.facts])),
      ...(detail.response.length > 0 ? [section('Response headers', facts(detail.response))] : []),
      ...(detail.request.length > 0 ? [section('Request headers', facts(detail.request))] : []),
    );
    this.#panel.hidden = false;
    this.#panel.scrollTop = 0;
    document.documentElement.classList.add('has-details');
  }

  /** Status, method, error, URL, and the buttons. */
  #head(url: string, row: number): HTMLElement {
    const close = element(
      'button',
      { type: 'button', class: 'close', title: 'Close (Esc)', 'aria-label': 'Close' },
      '✕',
    );
    close.addEventListener('click', () => {
      this.close();
      this.#closed();
    });
    const copy = element('button', { type: 'button', class: 'quiet' }, 'Copy URL');
    copy.addEventListener('click', () => {
      void navigator.clipboard?.writeText(url).then(() => {
        copy.textContent = 'Copied';
      });
    });
    const error = this.#model.error(row);
    const line = element(
      'p',
      { class: 'line' },
      statusElement(this.#model, row),
      element('b', {}, this.#model.method(row)),
      error === '' ? '' : element('code', { title: errorText(error) }, error),
      copy,
    );
    return element('header', {}, close, line, element('h2', {}, outward(url, element('bdi', {}, url))));
  }

  /** The facts that come from the columns. */
  #figures(row: number): Pair[] {
    const { time, size, wire } = this.#model.columns;
    const type = this.#model.type(row);
    const figures: Pair[] = [
      ['Time', msText(time[row]!)],
      ['Size', sizeText(size[row]!)],
    ];
    if (wire[row]! >= 0) figures.push(['On the wire', sizeText(wire[row]!)]);
    if (type !== '') figures.push(['Type', type]);
    return figures;
  }

  /** Redirects and attempts, one after the other. */
  #steps(rows: readonly number[]): HTMLElement {
    const { url, time } = this.#model.columns;
    const steps = rows.map((row) =>
      element(
        'li',
        {},
        statusElement(this.#model, row),
        element('bdi', {}, url[row]!),
        element('span', { class: 'number' }, msText(time[row]!)),
      ),
    );
    return section('Steps', element('ol', { class: 'steps' }, ...steps));
  }

  /** The pages that link to a broken call; nothing for any other. */
  #pages(row: number): HTMLElement[] {
    const broken = this.#model.broken(row);
    if (broken === undefined) return [];
    return [section('Broken: the pages it is on', pagesElement(broken))];
  }

  /** A bar for each phase, where in the call it was. Nothing without known phases. */
  #phases(row: number): HTMLElement[] {
    const phases = this.#model.phases(row);
    const sum = phases?.reduce((all, one) => all + one, 0) ?? 0;
    if (phases === undefined || sum === 0) return [];
    let before = 0;
    const lines = PHASES.flatMap((name, index) => {
      const ms = phases[index]!;
      if (ms === 0) return [];
      const part = element('i', { class: `p-${name}` });
      part.style.left = `${((before / sum) * 100).toFixed(2)}%`;
      part.style.width = `${((ms / sum) * 100).toFixed(2)}%`;
      before += ms;
      const label = element('dt', {}, PHASE_WORDS[name]);
      return [element('div', {}, label, element('dd', {}, element('span', { class: 'bar' }, part), msText(ms)))];
    });
    return [section('Phases', element('dl', { class: 'phases' }, ...lines))];
  }
}

/** The pages that a broken link is on, as far as they are named. */
export function pagesElement({
  pages,
  count,
  through,
}: {
  pages: readonly string[];
  count: number;
  through: readonly string[];
}): HTMLElement {
  const lines = pages.map((page) => element('li', {}, outward(page, element('bdi', {}, page))));
  if (count > pages.length)
    lines.push(element('li', { class: 'muted' }, `and ${countText(count - pages.length)} more`));
  if (count === 0) lines.push(element('li', { class: 'muted' }, 'on no page that was read: a start, or not told'));
  for (const way of through) {
    lines.push(element('li', { class: 'muted' }, 'by way of ', element('bdi', {}, way)));
  }
  return element('ul', { class: 'pages' }, ...lines);
}

/** A part of the panel under its title. */
function section(title: string, ...children: Node[]): HTMLElement {
  return element('section', {}, element('h3', {}, title), ...children);
}

/** Names and values; URLs are links that open elsewhere. */
function facts(pairs: readonly Pair[]): HTMLElement {
  const lines = pairs.map(([name, value]) => {
    const shown = URLS.has(name) ? outward(value, element('bdi', {}, value)) : element('bdi', {}, value);
    return element('div', {}, element('dt', {}, element('bdi', {}, name)), element('dd', {}, shown));
  });
  return element('dl', { class: 'facts' }, ...lines);
}

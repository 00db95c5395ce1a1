/** The page of `sluice report`: puts its parts together, and does what is asked for with the mouse and the keys. */
import type { DetailBlock, ReportData } from '../report-data.ts';
import { BrokenList } from './broken-list.ts';
import { Details } from './details.ts';
import { byId, element } from './dom.ts';
import { countText, KIND_WORDS, KINDS, type Kind, msText, SIGNS, sizeText, sumOf } from './format.ts';
import { Model, percentile, type Sorting, timesOf } from './model.ts';
import { countsOf, showOverview } from './overview.ts';
import type { RowContext } from './row.ts';
import { filterOf } from './search.ts';
import { Table } from './table.ts';
import { ThemeSwitch } from './theme.ts';

const theme = new ThemeSwitch(byId('theme'));
// Details of rows in blocks of JSON, each parsed when one of its rows is opened.
const blocks = [...document.querySelectorAll<HTMLElement>('script.details')];
const model = new Model(read<ReportData>(byId('data')), (index) => read<DetailBlock>(blocks[index]!));
const search = byId<HTMLInputElement>('search');
const keys = byId<HTMLDialogElement>('keys');
const kinds = new Set<Kind>();
// All calls in the order of the table; filtering keeps it.
let order = model.sorted({ key: 'order', isDown: false });
let scale: RowContext['scale'] = firstScale();

const details = new Details(model, () => table.focus());
const broken = new BrokenList(model);
const table = new Table(model, {
  sorted(sorting: Sorting) {
    order = model.sorted(sorting);
    refresh();
  },
  moved(item) {
    if (item !== undefined && details.isOpen) details.show(item);
  },
  opened: (item) => details.show(item),
});

heads();
chips();
scales();
tabs();
showOverview(model, {
  filter(text) {
    search.value = text;
    select('requests');
    refresh();
  },
  goTo(call) {
    clear();
    select('requests');
    if (!table.goTo(call)) return;
    details.show({ call });
    table.focus();
  },
});
// On a phone the rows are what one came for.
byId<HTMLDetailsElement>('overview').open = window.innerWidth >= 720;
search.addEventListener('input', refresh);
byId('clear').addEventListener('click', clear);
byId('keys-button').addEventListener('click', () => keys.showModal());
document.addEventListener('keydown', pressed);
// The heads of the columns stay below the toolbar, however many lines that has.
new ResizeObserver(() => {
  document.documentElement.style.setProperty('--toolbar', `${byId('toolbar').offsetHeight}px`);
}).observe(byId('toolbar'));
refresh();
document.documentElement.dataset['ready'] = 'true';

/** The JSON of a script element, which the browser never runs. */
function read<T>(from: HTMLElement): T {
  return JSON.parse(from.textContent!) as T;
}

/** Title, origin and remarks, written once. */
function heads(): void {
  const { data } = model;
  const from = data.startedAt < 0 ? '' : ` · ${new Date(data.startedAt).toLocaleString()}`;
  document.documentElement.dataset['kind'] = data.kind;
  byId('title').replaceChildren(element('bdi', {}, data.name));
  byId('subtitle').replaceChildren(element('bdi', {}, `${data.creator || 'HAR'}${from}`));
  byId('notes').replaceChildren(...data.notes.map((note) => element('li', {}, note)));
  byId('notes').hidden = data.notes.length === 0;
}

/** Which calls fit, and how the bars of those are drawn. */
function refresh(): void {
  const fits = filterOf(model, search.value, kinds);
  const calls = order.filter((call) => fits(call));
  const times = timesOf(model, calls);
  table.show(calls, contextOf(calls, times));
  byId('empty').hidden = calls.length > 0;
  const links = broken.show(calls, !byId('broken').hidden);
  byId('tab-requests').textContent = `${model.data.kind === 'crawl' ? 'Pages' : 'Requests'} ${countText(calls.length)}`;
  byId('tab-broken').textContent = `Broken ${countText(links)}`;
  byId('count').textContent = summary(calls, times);
}

/** The figures of what is shown at the moment. */
function summary(calls: Uint32Array, times: Float64Array): string {
  const { size } = model.columns;
  const bytes = sumOf(Array.from(calls, (call) => size[model.last(call)]!));
  const shown =
    calls.length === model.calls.length
      ? countText(calls.length)
      : `${countText(calls.length)} of ${countText(model.calls.length)}`;
  return `${shown} · ${sizeText(bytes)} · median ${msText(percentile(times, 0.5))}`;
}

/** Which span of time the bars of these calls cover. */
function contextOf(calls: Uint32Array, times: Float64Array): RowContext {
  if (scale === 'duration') {
    // One that hangs for a minute would make all others a pixel wide.
    const [most, usual] = [times.at(-1) ?? 1, percentile(times, 0.98)];
    return { scale, from: 0, to: Math.max(0.01, most > usual * 8 ? usual * 2 : most) };
  }
  let [from, to] = [Number.MAX_VALUE, 0];
  for (const call of calls) {
    const { start, time } = model.calls[call]!;
    from = Math.min(from, start);
    to = Math.max(to, start + Math.max(0, time));
  }
  return { scale, from: from === Number.MAX_VALUE ? 0 : from, to };
}

/** A timeline says something while a call is more than a hair on it. */
function firstScale(): RowContext['scale'] {
  const { start, time } = model.columns;
  if (!start.some((one) => one >= 0)) return 'duration';
  const end = start.reduce((most, one, row) => Math.max(most, one + Math.max(0, time[row]!)), 0);
  return percentile(timesOf(model, model.calls.keys()), 0.9) * 15 >= end ? 'timeline' : 'duration';
}

/** One button for each kind of outcome that the file has; several can be on. */
function chips(): void {
  const counts = countsOf(model);
  const made = KINDS.filter((kind) => counts.has(kind)).map((kind) => {
    const sign = element('i', { 'aria-hidden': 'true' }, SIGNS[kind]);
    const chip = element(
      'button',
      { type: 'button', class: `chip k-${kind}`, 'aria-pressed': 'false', 'data-kind': kind },
      sign,
      KIND_WORDS[kind],
      element('small', {}, countText(counts.get(kind)!)),
    );
    chip.addEventListener('click', () => {
      if (!kinds.delete(kind)) kinds.add(kind);
      press();
      refresh();
    });
    return chip;
  });
  byId('chips').replaceChildren(...made);
}

/** Shows on the buttons which kinds are on. */
function press(): void {
  for (const chip of byId('chips').querySelectorAll<HTMLElement>('[data-kind]')) {
    chip.setAttribute('aria-pressed', String(kinds.has(chip.dataset['kind'] as Kind)));
  }
}

/** The switch between timeline and duration; hidden for a file without times. */
function scales(): void {
  const buttons = [...byId('scale').querySelectorAll<HTMLElement>('[data-scale]')];
  byId('scale').hidden = !model.columns.start.some((start) => start >= 0);
  const mark = () => {
    for (const one of buttons) one.setAttribute('aria-pressed', String(one.dataset['scale'] === scale));
  };
  for (const button of buttons) {
    button.addEventListener('click', () => {
      scale = button.dataset['scale'] as RowContext['scale'];
      mark();
      refresh();
    });
  }
  mark();
}

/** The two views, with the arrow keys that the ARIA pattern for tabs asks for. */
function tabs(): void {
  const all = ['requests', 'broken'] as const;
  for (const name of all) {
    const tab = byId(`tab-${name}`);
    tab.addEventListener('click', () => select(name));
    tab.addEventListener('keydown', ({ key }) => {
      if (key !== 'ArrowLeft' && key !== 'ArrowRight') return;
      const other = name === 'requests' ? 'broken' : 'requests';
      select(other);
      byId(`tab-${other}`).focus();
    });
  }
}

/** Shows one of the views. */
function select(name: 'requests' | 'broken'): void {
  for (const one of ['requests', 'broken']) {
    byId(one).hidden = one !== name;
    byId(`tab-${one}`).setAttribute('aria-selected', String(one === name));
    byId(`tab-${one}`).tabIndex = one === name ? 0 : -1;
  }
  if (name === 'broken') details.close();
  refresh();
}

/** Takes every filter away. */
function clear(): void {
  search.value = '';
  kinds.clear();
  press();
  refresh();
}

/** Keys of the page. Those of an open dialog, of a button or of the panel stay the browser's. */
function pressed(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || keys.open) return;
  const isTyping = event.target === search;
  if (event.key === 'Escape') {
    if (details.isOpen) details.close();
    else clear();
    table.focus();
  } else if (isTyping) {
    if (event.key !== 'ArrowDown' && event.key !== 'Enter') return;
    table.focus();
    table.key(new KeyboardEvent('keydown', { key: 'Home' }));
  } else if (event.key === '/') search.select();
  else if (event.key === '?') keys.showModal();
  else if (event.key === 't') theme.next();
  else if (event.target instanceof HTMLButtonElement || byId('requests').hidden) return;
  else if (event.target instanceof Element && event.target.closest('aside, a, summary') !== null) return;
  else if (!table.key(event)) return;
  event.preventDefault();
}

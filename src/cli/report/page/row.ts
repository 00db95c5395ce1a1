/** One line of the table: a call, or a row of an opened one. */
import { PHASES } from '../report-data.ts';
import { element } from './dom.ts';
import { countText, errorText, msText, SIGNS, sizeText, typeText, urlParts } from './format.ts';
import type { Item, Model } from './model.ts';

/** How the bars are drawn: where in time a call was, or how long it took. */
export interface RowContext {
  readonly scale: 'timeline' | 'duration';
  /** Milliseconds at the left and the right end of a bar's place. */
  readonly from: number;
  readonly to: number;
}

/** The elements of one line. The table makes them anew when it scrolls, so nothing is kept here. */
export function rowElement(model: Model, item: Item, context: RowContext, isOpen: boolean): HTMLElement {
  const { columns } = model;
  const call = model.calls[item.call]!;
  const asked = item.row ?? call.rows[0]!;
  const ended = item.row ?? call.rows.at(-1)!;
  const kind = model.kind(ended);
  const { host, path } = urlParts(columns.url[asked]!);
  const isWhole = item.row === undefined;
  const isGroup = isWhole && call.rows.length > 1;
  const time = isWhole ? call.time : columns.time[ended]!;
  const error = model.error(ended);
  const row = element(
    'div',
    { class: `row k-${kind}${isWhole ? '' : ' part'}`, role: 'row', 'aria-level': isWhole ? 1 : 2 },
    cell('order', isGroup ? fold(isOpen) : isWhole ? countText(item.call + 1) : ''),
    cell('status', statusElement(model, ended)),
    cell('method', model.method(asked)),
    cell(
      'url',
      element('bdi', { class: 'path' }, path),
      ...badges(isWhole ? call.redirects : 0, isWhole ? call.retries : 0),
      element('bdi', { class: 'host' }, host),
    ),
    cell('type', error === '' ? typeText(model.type(ended)) : errorText(error)),
    cell('size', sizeText(columns.size[ended]!)),
    cell('time', msText(time)),
    cell('bar', bar(model, item, context)),
  );
  if (isGroup) row.setAttribute('aria-expanded', String(isOpen));
  return row;
}

/** One cell; its class names the column. */
function cell(name: string, ...children: (Node | string)[]): HTMLElement {
  return element('span', { class: `c-${name}`, role: 'gridcell' }, ...children);
}

/** The sign that a call of several steps can be opened. */
function fold(isOpen: boolean): HTMLElement {
  return element('span', { class: 'fold', title: isOpen ? 'Close' : 'Open' }, isOpen ? '▾' : '▸');
}

/** The sign of its kind, and the number. */
export function statusElement(model: Model, row: number): HTMLElement {
  const kind = model.kind(row);
  const status = model.columns.status[row]!;
  const words = kind === 'failed' ? 'failed' : kind === 'skipped' ? 'skipped' : String(status);
  return element('span', { class: `status k-${kind}` }, element('i', { 'aria-hidden': 'true' }, SIGNS[kind]), words);
}

/** How many redirects and retries a call had. */
function badges(redirects: number, retries: number): HTMLElement[] {
  const made: HTMLElement[] = [];
  const words = (count: number, one: string) => `${count} ${one}${count === 1 ? '' : 's'}`;
  if (redirects > 0) made.push(element('span', { class: 'badge' }, words(redirects, 'redirect')));
  if (retries > 0) made.push(element('span', { class: 'badge' }, retries === 1 ? '1 retry' : `${retries} retries`));
  return made;
}

/** The bar of a line: every step of the call, each with its phases. */
function bar(model: Model, item: Item, { scale, from, to }: RowContext): HTMLElement {
  const call = model.calls[item.call]!;
  const rows = item.row === undefined ? call.rows : [item.row];
  const place = element('span', { class: 'bar' });
  const width = Math.max(to - from, 0.01);
  let at = 0;
  for (const row of rows) {
    const time = Math.max(0, model.columns.time[row]!);
    const start = model.columns.start[row]!;
    const begin = scale === 'timeline' ? start : start < 0 ? at : start - model.columns.start[rows[0]!]!;
    at += time;
    place.append(...segments(model, row, (begin - from) / width, time / width));
  }
  return place;
}

/** @param left part of the place before it; @param length part that it takes */
function segments(model: Model, row: number, left: number, length: number): HTMLElement[] {
  const phases = model.phases(row);
  const sum = phases?.reduce((all, one) => all + one, 0) ?? 0;
  if (phases === undefined || sum === 0) return [segment(`k-${model.kind(row)}`, left, length)];
  let at = left;
  const made: HTMLElement[] = [];
  for (const [index, ms] of phases.entries()) {
    const part = (ms / sum) * length;
    if (ms > 0) made.push(segment(`p-${PHASES[index]}`, at, part));
    at += part;
  }
  return made;
}

/** A part of the bar, cut at the edges of its place. */
function segment(name: string, left: number, width: number): HTMLElement {
  const made = element('i', { class: name });
  const begin = Math.min(1, Math.max(0, left));
  made.style.left = `${(begin * 100).toFixed(3)}%`;
  made.style.width = `${(Math.min(1 - begin, Math.max(0, width)) * 100).toFixed(3)}%`;
  return made;
}

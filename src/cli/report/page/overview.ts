/** The figures of the whole file: totals, statuses, the slowest calls, hosts. */
import { byId, element } from './dom.ts';
import { countText, KIND_WORDS, KINDS, type Kind, msText, SIGNS, sizeText, sumOf, urlParts } from './format.ts';
import { hostsOf, type Model, percentile, timesOf } from './model.ts';

/** Lines of each list. */
const MOST_LINES = 8;

/** What a click in the overview asks the page to do. */
export interface OverviewEvents {
  /** Filters by this text. */
  filter(text: string): void;
  goTo(call: number): void;
}

/** Fills the overview. Its figures are of the whole file, whatever is filtered. */
export function showOverview(model: Model, events: OverviewEvents): void {
  byId('tiles').replaceChildren(...tiles(model));
  const counts = countsOf(model);
  byId('status-stack').replaceChildren(...stack(counts, model.calls.length));
  byId('statuses').replaceChildren(...statusLines(model, events));
  byId('slowest').replaceChildren(...slowestLines(model, events));
  byId('hosts').replaceChildren(...hostLines(model, events));
}

/** How many calls ended as each kind. */
export function countsOf(model: Model): Map<Kind, number> {
  const counts = new Map<Kind, number>();
  for (const call of model.calls.keys()) {
    const kind = model.kind(model.last(call));
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}

/** The large figures at the top. */
function tiles(model: Model): HTMLElement[] {
  const { columns, data, calls } = model;
  const times = timesOf(model, calls.keys());
  const wire = sumOf(columns.wire);
  const broken = data.broken.length;
  const rows = columns.url.length;
  const what = data.kind === 'crawl' ? 'Pages' : 'Requests';
  const made = [
    tile(what, countText(calls.length), rows > calls.length ? `${countText(rows)} with redirects and retries` : ''),
    tile('Broken', countText(broken), broken === 0 ? 'none' : `${percent(broken / calls.length)} of all`, broken > 0),
    tile('Median', msText(percentile(times, 0.5)), `95th percentile ${msText(percentile(times, 0.95))}`),
    tile('Size', sizeText(sumOf(columns.size)), wire > 0 ? `${sizeText(wire)} on the wire` : 'of what was read'),
  ];
  const end = columns.start.reduce((most, start, row) => Math.max(most, start + Math.max(0, columns.time[row]!)), -1);
  if (data.startedAt >= 0 && (end > 0 || times.length > 0))
    made.push(tile('Duration', msText(end), 'from the first to the last'));
  else made.push(tile('Slowest', msText(times.at(-1) ?? -1), ''));
  return made;
}

/** One large figure, with a word below it. */
function tile(label: string, value: string, more: string, isBad = false): HTMLElement {
  return element(
    'div',
    { class: isBad ? 'bad' : undefined },
    element('dt', {}, label),
    element('dd', {}, element('b', {}, value), element('small', {}, more)),
  );
}

/** A share with one digit; a small one is not rounded to zero. */
function percent(part: number): string {
  return part > 0 && part < 0.001 ? '<0.1 %' : `${(part * 100).toFixed(1).replace('.0', '')} %`;
}

/** One bar of all outcomes. Each part has a least width, so that a single failure is seen. */
function stack(counts: ReadonlyMap<Kind, number>, all: number): HTMLElement[] {
  return KINDS.filter((kind) => counts.has(kind)).map((kind) => {
    const part = element('i', { class: `k-${kind}`, title: `${KIND_WORDS[kind]}: ${counts.get(kind)}` });
    part.style.flexGrow = String(Math.max(counts.get(kind)! / all, 0.006));
    return part;
  });
}

/** A line that can be clicked: a bar behind a label, and a figure. */
function line(label: Node, figure: string, part: number, clicked: () => void): HTMLElement {
  const bar = element('i', { class: 'fill', 'aria-hidden': 'true' });
  bar.style.width = `${(part * 100).toFixed(1)}%`;
  const button = element('button', { type: 'button' }, bar, label, element('span', { class: 'number' }, figure));
  button.addEventListener('click', clicked);
  return element('li', {}, button);
}

/** Statuses and error codes, the most frequent first. */
function statusLines(model: Model, events: OverviewEvents): HTMLElement[] {
  const counts = new Map<string, { kind: Kind; count: number; filter: string }>();
  for (const call of model.calls.keys()) {
    const row = model.last(call);
    const error = model.error(row);
    const label = error === '' ? String(model.columns.status[row]) : error;
    const known = counts.get(label);
    const filter = error === '' ? `status:${label}` : `error:"${label.replaceAll('"', '')}"`;
    if (known === undefined) counts.set(label, { kind: model.kind(row), count: 1, filter });
    else known.count += 1;
  }
  const sorted = [...counts].sort(([, a], [, b]) => b.count - a.count).slice(0, MOST_LINES);
  const most = sorted[0]?.[1].count ?? 1;
  return sorted.map(([label, { kind, count, filter }]) => {
    const sign = element('i', { 'aria-hidden': 'true' }, SIGNS[kind]);
    const shown = element('span', { class: `status k-${kind}` }, sign, label);
    return line(shown, countText(count), count / most, () => events.filter(filter));
  });
}

/** The calls that took longest. */
function slowestLines(model: Model, events: OverviewEvents): HTMLElement[] {
  const slowest = model.sorted({ key: 'time', isDown: true }).slice(0, MOST_LINES);
  const most = Math.max(0.01, model.calls[slowest[0] ?? 0]?.time ?? 0);
  return [...slowest].map((call) => {
    const { rows, time } = model.calls[call]!;
    const { path } = urlParts(model.columns.url[rows[0]!]!);
    const kind = model.kind(model.last(call));
    const sign = element('i', { class: `sign k-${kind}`, title: KIND_WORDS[kind] }, SIGNS[kind]);
    return line(element('bdi', { class: 'path' }, sign, path), msText(time), Math.max(0, time) / most, () =>
      events.goTo(call),
    );
  });
}

/** Hosts by their number of calls. */
function hostLines(model: Model, events: OverviewEvents): HTMLElement[] {
  const hosts = hostsOf(model);
  const most = hosts[0]?.calls ?? 1;
  const made = hosts.slice(0, MOST_LINES).map(({ host, calls, broken }) => {
    const bad = broken > 0 ? ` · ${countText(broken)} broken` : '';
    const label = element('bdi', { class: 'path' }, host === '' ? '(none)' : host);
    return line(label, `${countText(calls)}${bad}`, calls / most, () =>
      events.filter(`host:"${host.replaceAll('"', '')}"`),
    );
  });
  const rest = hosts.length - made.length;
  if (rest > 0) made.push(element('li', { class: 'muted' }, `and ${countText(rest)} more`));
  return made;
}

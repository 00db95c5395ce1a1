/**
 * An HTTP Archive as rows, also one of another tool: what is missing is left empty, an entry without a URL is left out and
 * told. Secrets are masked by their names, and wherever else in the entry their values stand.
 */
import type { HarEntry } from '../../har/har-format.ts';
import { type HarMasker, harMasker } from '../../har/har-mask.ts';
import { headersOfHar, requestOfHar } from '../../har/har-read.ts';
import { MASK, maskHeaders, maskText, maskUrl } from '../../message/redact.ts';
import { byteText, plural } from '../text/text-table.ts';
import { harCalls } from './har-calls.ts';
import { type Fields, fieldOf, listOf, msOf, numberOf, textOf } from './json-fields.ts';
import type { BrokenRow, Pair, ReportRow, ReportSource } from './report-data.ts';

/** Bytes of a request's body that are searched for secrets. */
const MOST_SEARCHED = 1_000_000;
/** Remarks on the page; more would hide it. */
const MOST_NOTES = 5;

/** @param log the member `log` of the archive, which has `entries` */
export function harSource(log: Fields, name: string): ReportSource {
  const entries = listOf(fieldOf(log, 'entries'));
  const titles = new Map(
    listOf(fieldOf(log, 'pages')).map((page) => [
      textOf(fieldOf(page, 'id')),
      maskText(textOf(fieldOf(page, 'title'))),
    ]),
  );
  const kept: { entry: unknown; start: number }[] = [];
  const left: string[] = [];
  for (const [index, entry] of entries.entries()) {
    if (textOf(fieldOf(fieldOf(entry, 'request'), 'url')) !== '') kept.push({ entry, start: startOf(entry) });
    else left.push(`entry ${index} of ${name} has no request.url, and is left out`);
  }
  if (kept.length === 0) throw nothingOf(name, left.length);
  const notes = left.slice(0, MOST_NOTES);
  if (left.length > MOST_NOTES) notes.push(`and ${left.length - MOST_NOTES} more entries without one`);
  // Browsers write the entries of several pages one page after the other.
  kept.sort((a, b) => a.start - b.start);
  const rows = kept.map(({ entry }) => rowOf(entry, titles));
  const calls = harCalls(kept.map(({ entry }) => entry));
  // An attempt that a later one repaired is not a broken link.
  const isPassed = new Set(calls.flatMap((call) => call.slice(0, -1)));
  const creator = fieldOf(log, 'creator');
  return {
    kind: 'har',
    creator: [textOf(fieldOf(creator, 'name')), textOf(fieldOf(creator, 'version'))].join(' ').trim(),
    rows,
    calls,
    broken: rows.flatMap(({ isBroken, detail }, row): BrokenRow[] => {
      if (!isBroken || isPassed.has(row)) return [];
      const pages = detail.facts.filter(([label]) => label === ASKED_BY).map(([, page]) => page);
      return [{ row, pages, count: pages.length, through: [] }];
    }),
    notes,
  };
}

/** A run whose answers all came from a cache writes an archive without entries. */
function nothingOf(name: string, left: number): TypeError {
  const why =
    left === 0
      ? 'log.entries is empty, so nothing was sent (an answer from a cache is no entry)'
      : `none of its ${plural(left, 'entry', 'entries')} has a request.url`;
  return new TypeError(
    `${name} has nothing to show: ${why}; expected an entry with request.url in log.entries (HAR 1.2)`,
  );
}

/** The label of a fact, by which the pages of broken links are found again. */
const ASKED_BY = 'Asked by';

/** Milliseconds since 1970; -1 for an entry without a readable time. */
function startOf(entry: unknown): number {
  const started = Date.parse(textOf(fieldOf(entry, 'startedDateTime')));
  return Number.isNaN(started) ? -1 : started;
}

/** One entry as a row of the page. Members of another type than HAR gives them count as missing. */
function rowOf(entry: unknown, titles: ReadonlyMap<string, string>): ReportRow {
  const mask = maskerOf(entry);
  const request = fieldOf(entry, 'request');
  const response = fieldOf(entry, 'response');
  const content = fieldOf(response, 'content');
  const status = statusOf(fieldOf(response, 'status'));
  const error = errorOf(entry, mask);
  const wire = numberOf(fieldOf(response, '_transferSize'), numberOf(fieldOf(response, 'bodySize')));
  const phases = phasesOf(fieldOf(entry, 'timings'));
  const sum = phases.reduce((one, other) => one + other, 0);
  return {
    url: mask.url(textOf(fieldOf(request, 'url'))),
    method: textOf(fieldOf(request, 'method')),
    status,
    error: error.code,
    type: mediaType(textOf(fieldOf(content, 'mimeType'))),
    page: titles.get(textOf(fieldOf(entry, 'pageref'))) ?? '',
    size: numberOf(fieldOf(content, 'size'), numberOf(fieldOf(response, 'bodySize'))),
    wire,
    start: startOf(entry),
    time: timeOf(fieldOf(entry, 'time'), sum),
    phases,
    isBroken: error.code !== '' || status >= 400,
    detail: {
      facts: factsOf(entry, mask, [
        ['Error', error.words],
        ['Page', titles.get(textOf(fieldOf(entry, 'pageref'))) ?? ''],
      ]),
      request: linesOf(fieldOf(request, 'headers'), mask),
      response: linesOf(fieldOf(response, 'headers'), mask),
    },
  };
}

/** The sum of its phases where there is none; unknown where neither says anything. */
function timeOf(value: unknown, sum: number): number {
  const isGiven = value !== undefined && value !== null;
  return msOf(value, sum > 0 || !isGiven ? sum : -1);
}

/** 0 for a request that was not answered. */
function statusOf(value: unknown): number {
  const status = Number(value ?? 0);
  return Number.isInteger(status) && status >= 100 && status <= 999 ? status : 0;
}

/** `x-unknown` is what HAR has for none. */
function mediaType(type: string): string {
  const media = type.split(';', 1)[0]!.trim().toLowerCase();
  return media === 'x-unknown' ? '' : media;
}

type Mask = Pick<HarMasker, 'url' | 'text'>;

/** By the secrets of the entry itself; what is no request by the rules is masked by names alone. */
function maskerOf(entry: unknown): Mask {
  try {
    const request = requestOfHar(entry as HarEntry);
    const body = request.body?.bytes;
    const searched = body !== undefined && body.byteLength <= MOST_SEARCHED ? body : undefined;
    const answer = headersOfHar(fieldOf(fieldOf(entry, 'response'), 'headers'));
    return harMasker({ request, options: {}, redact: [], body: searched, answer });
  } catch {
    return { url: (url) => maskText(maskUrl(url)), text: (text) => maskText(text) };
  }
}

/** Header lines with their secrets masked. */
function linesOf(list: unknown, mask: Mask): Pair[] {
  return listOf(list).flatMap((pair): Pair[] => {
    const [name, value] = [textOf(fieldOf(pair, 'name')), textOf(fieldOf(pair, 'value'))];
    if (name === '') return [];
    // The names of cookies are no secret, and often what one looks for.
    if (name.toLowerCase() === 'set-cookie') {
      return value.split('\n').map((line): Pair => [name, line.replace(/^([^=;]*)=[^;]*/, `$1=${MASK}`)]);
    }
    return [...maskHeaders([[name, value]])].map(([, shown]): Pair => [name, mask.text(shown)]);
  });
}

/** What failed: a code or the words of another tool. */
function errorOf(entry: unknown, mask: Mask): { code: string; words: string } {
  const own = fieldOf(entry, '_error');
  const told = textOf(fieldOf(fieldOf(entry, 'response'), '_error'));
  const code = textOf(fieldOf(own, 'code')) || mask.text(told);
  return { code, words: mask.text(textOf(fieldOf(own, 'message'))) };
}

/** `connect` has `ssl` in it, by the format; not every tool knows. */
function phasesOf(timings: unknown): number[] {
  const of = (name: string) => msOf(fieldOf(timings, name), 0);
  const [connect, tls] = [of('connect'), of('ssl')];
  const plain = connect >= tls ? connect - tls : connect;
  return [of('blocked'), of('dns'), plain, tls, of('send'), of('wait'), of('receive')];
}

/** What the panel beside the table shows; empty facts are left out. */
function factsOf(entry: unknown, mask: Mask, first: readonly Pair[]): Pair[] {
  const request = fieldOf(entry, 'request');
  const response = fieldOf(entry, 'response');
  const post = fieldOf(request, 'postData');
  const own = (name: string) => textOf(fieldOf(entry, name));
  const saved = numberOf(fieldOf(fieldOf(response, 'content'), 'compression'));
  const sent = numberOf(fieldOf(request, 'bodySize'));
  const redirect = textOf(fieldOf(response, 'redirectURL'));
  const facts: Pair[] = [
    ...first,
    ['Started', own('startedDateTime')],
    ['Redirects to', redirect === '' ? '' : mask.url(redirect)],
    [ASKED_BY, askedBy(entry, mask)],
    ['Reason', mask.text(textOf(fieldOf(response, 'statusText')))],
    ['Version', textOf(fieldOf(response, 'httpVersion')) || textOf(fieldOf(request, 'httpVersion'))],
    ['Server', own('serverIPAddress')],
    ['Connection', own('connection')],
    ['Sent', sent > 0 ? `${byteText(sent)} ${textOf(fieldOf(post, 'mimeType'))}`.trim() : ''],
    ['Saved by its coding', saved > 0 ? byteText(saved) : ''],
    ['From cache', own('_fromCache')],
    ['Handler', own('_handler')],
    ['Attempt', numberOf(fieldOf(entry, '_attempt')) > 1 ? String(numberOf(fieldOf(entry, '_attempt'))) : ''],
    ['Kind', own('_resourceType')],
    ['Comment', mask.text(own('comment'))],
  ];
  return facts.filter(([, value]) => value !== '');
}

/** The page that a link or a picture is on, as far as the archive tells. */
function askedBy(entry: unknown, mask: Mask): string {
  const referer = listOf(fieldOf(fieldOf(entry, 'request'), 'headers')).find(
    (pair) => textOf(fieldOf(pair, 'name')).toLowerCase() === 'referer',
  );
  const url = textOf(fieldOf(referer, 'value')) || textOf(fieldOf(fieldOf(entry, '_initiator'), 'url'));
  return url === '' ? '' : mask.url(url);
}

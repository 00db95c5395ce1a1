/** What a crawl has found for other programs: JSON, CSV and JUnit, as pure functions. Secrets of URLs are masked. */
import { maskUrl } from '../../message/redact.ts';
import type { BrokenFragment } from './broken-fragments.ts';
import type { BrokenLink, CrawlSummary } from './summary.ts';

export type ReportFormat = 'text' | 'json' | 'csv' | 'junit';
export const REPORT_FORMATS: readonly ReportFormat[] = ['text', 'json', 'csv', 'junit'];

export interface Findings {
  readonly summary: CrawlSummary;
  readonly broken: readonly BrokenLink[];
  readonly fragments: readonly BrokenFragment[];
  /** Milliseconds. */
  readonly elapsed: number;
}

interface Row {
  readonly kind: 'broken' | 'fragment' | 'invalid' | 'redirect' | 'start';
  readonly url: string;
  readonly status: number | null;
  readonly error: string | null;
  readonly pages: readonly string[];
}

/** Each finding; a redirect is a warning and no failure. */
function rowsOf({ summary, broken, fragments }: Findings): Row[] {
  return [
    ...broken.map(({ url, status, error, pages }): Row => ({ kind: 'broken', url, status, error, pages })),
    ...fragments.map(({ url, pages }): Row => ({ kind: 'fragment', url, status: null, error: null, pages })),
    ...summary.invalidLinks.map(({ page, reference }): Row => {
      return { kind: 'invalid', url: reference, status: null, error: null, pages: [page] };
    }),
    ...summary.strayStarts.map(({ url }): Row => ({ kind: 'start', url, status: null, error: null, pages: [] })),
    ...summary.forbiddenStarts.map(({ url }): Row => ({ kind: 'start', url, status: null, error: null, pages: [] })),
    ...summary.redirects.map(({ url, status, location }): Row => {
      return { kind: 'redirect', url, status, error: null, pages: [location] };
    }),
  ].map((row) => ({ ...row, url: maskUrl(row.url), pages: row.pages.map((page) => maskUrl(page)) }));
}

export function jsonReport(findings: Findings): string {
  const { summary, elapsed } = findings;
  const rows = rowsOf(findings);
  const named = (kind: Row['kind']) => rows.filter((row) => row.kind === kind);
  const report = {
    pages: summary.pages,
    bytes: summary.bytes,
    elapsed: Math.round(elapsed),
    statuses: Object.fromEntries(summary.statuses),
    broken: named('broken').map(({ url, status, error, pages }) => ({ url, status, error, pages })),
    fragments: named('fragment').map(({ url, pages }) => ({ url, pages })),
    invalid: named('invalid').map(({ url, pages }) => ({ reference: url, page: pages[0] })),
    redirects: named('redirect').map(({ url, status, pages }) => ({ url, status, location: pages[0] })),
    starts: named('start').map(({ url }) => url),
    traps: summary.traps,
  };
  return `${JSON.stringify(report, undefined, 2)}\n`;
}

/** RFC 4180: a line for each page that a finding is on. */
export function csvReport(findings: Findings): string {
  const lines = rowsOf(findings).flatMap(({ kind, url, status, error, pages }) => {
    const on = kind === 'redirect' ? [''] : pages.length === 0 ? [''] : pages;
    const location = kind === 'redirect' ? pages[0]! : '';
    return on.map((page) => [kind, url, status ?? '', error ?? '', page, location].map(cell).join(','));
  });
  return `${['kind,url,status,error,page,location', ...lines].join('\r\n')}\r\n`;
}

/** A cell that begins with a sign is taken for a formula by what opens such files. */
function cell(value: string | number): string {
  const text = String(value);
  const safe = /^[=+@\t\r-]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function junitReport(findings: Findings): string {
  const { summary, elapsed } = findings;
  const failures = rowsOf(findings).filter(({ kind }) => kind !== 'redirect');
  const tests = Math.max(summary.pages, failures.length);
  const cases = failures.map(({ kind, url, status, error, pages }) => {
    const what = error ?? (status === null ? WORDS[kind] : String(status));
    const on = pages.map((page) => `on ${page}`).join('\n');
    return `    <testcase classname="links" name="${xml(url)}"><failure type="${kind}" message="${xml(what)}">${xml(on)}</failure></testcase>`;
  });
  const attributes = `name="sluice crawl" tests="${tests}" failures="${failures.length}" time="${(elapsed / 1000).toFixed(3)}"`;
  const passed = `    <testcase classname="links" name="${tests - failures.length} pages without a finding"/>`;
  return `${[
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${attributes}>`,
    `  <testsuite ${attributes}>`,
    ...cases,
    ...(tests > failures.length ? [passed] : []),
    '  </testsuite>',
    '</testsuites>',
  ].join('\n')}\n`;
}

const WORDS: Readonly<Record<Row['kind'], string>> = {
  broken: 'broken',
  fragment: 'no such place on the page',
  invalid: 'no URL',
  redirect: 'redirect',
  start: 'the start was not fetched',
};

/** XML 1.0 has no control characters but three. */
function xml(text: string): string {
  const signs: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what XML does not have.
  return text.replace(/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, '\ufffd').replace(/[&<>"]/g, (sign) => signs[sign]!);
}

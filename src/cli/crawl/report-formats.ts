/** What a crawl has found for other programs: JSON, CSV and JUnit, as pure functions. Secrets of URLs are masked. */
import { maskUrl } from '../../message/redact.ts';
import { plural } from '../text/text-table.ts';
import type { BrokenFragment } from './broken-fragments.ts';
import type { BrokenLink, CrawlSummary } from './summary.ts';

export type ReportFormat = 'text' | 'json' | 'csv' | 'junit';
export const REPORT_FORMATS: readonly ReportFormat[] = ['text', 'json', 'csv', 'junit'];

export interface Findings {
  readonly summary: CrawlSummary;
  readonly broken: readonly BrokenLink[];
  readonly unchecked: readonly BrokenLink[];
  readonly fragments: readonly BrokenFragment[];
  /** Milliseconds. */
  readonly elapsed: number;
}

interface Row {
  readonly kind: 'broken' | 'unchecked' | 'fragment' | 'invalid' | 'redirect' | 'start' | 'cut';
  readonly url: string;
  readonly status: number | null;
  readonly error: string | null;
  readonly message?: string | undefined;
  readonly pages: readonly string[];
}

/** Each finding. What could not be checked, a redirect, and a page that was read in part are warnings and no failures. */
function rowsOf({ summary, broken, unchecked, fragments }: Findings): Row[] {
  return [
    ...broken.map((link) => linkRow('broken', link)),
    ...unchecked.map((link) => linkRow('unchecked', link)),
    ...fragments.map(({ url, pages }): Row => ({ kind: 'fragment', url, status: null, error: null, pages })),
    ...summary.invalid.first.map(({ page, reference }): Row => {
      return { kind: 'invalid', url: reference, status: null, error: null, pages: [page] };
    }),
    ...summary.strayStarts.first.map(({ url }): Row => ({ kind: 'start', url, status: null, error: null, pages: [] })),
    ...summary.forbiddenStarts.first.map(
      ({ url }): Row => ({ kind: 'start', url, status: null, error: null, pages: [] }),
    ),
    ...summary.redirects.first.map(({ url, status, location }): Row => {
      return { kind: 'redirect', url, status, error: null, pages: [location] };
    }),
    ...summary.cut.first.map(({ url }): Row => ({ kind: 'cut', url, status: null, error: null, pages: [] })),
  ].map((row) => ({ ...row, url: maskUrl(row.url), pages: row.pages.map((page) => maskUrl(page)) }));
}

function linkRow(kind: 'broken' | 'unchecked', { url, status, error, message, pages }: BrokenLink): Row {
  return { kind, url, status, error, message, pages };
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
    broken: named('broken').map(({ url, status, error, message, pages }) => ({ url, status, error, message, pages })),
    unchecked: named('unchecked').map(({ url, error, message, pages }) => ({ url, error, message, pages })),
    fragments: named('fragment').map(({ url, pages }) => ({ url, pages })),
    invalid: named('invalid').map(({ url, pages }) => ({ reference: url, page: pages[0] })),
    redirects: named('redirect').map(({ url, status, pages }) => ({ url, status, location: pages[0] })),
    starts: named('start').map(({ url }) => url),
    cut: named('cut').map(({ url }) => url),
    traps: summary.traps.count,
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
  const rows = rowsOf(findings).filter(({ kind }) => kind !== 'redirect' && kind !== 'cut');
  const skipped = rows.filter(({ kind }) => kind === 'unchecked').length;
  const passed = summary.pages - pagesNamed(rows);
  const cases = rows.map(testcase);
  if (passed > 0) cases.push(`    <testcase classname="links" name="${plural(passed, 'page')} without a finding"/>`);
  const counts = `name="sluice crawl" tests="${cases.length}" failures="${rows.length - skipped}"`;
  const time = `time="${(elapsed / 1000).toFixed(3)}"`;
  return `${[
    '<?xml version="1.0" encoding="UTF-8"?>',
    // The element of all suites knows no skipped ones.
    `<testsuites ${counts} ${time}>`,
    `  <testsuite ${counts} skipped="${skipped}" ${time}>`,
    ...cases,
    '  </testsuite>',
    '</testsuites>',
  ].join('\n')}\n`;
}

function testcase({ kind, url, status, error, pages }: Row): string {
  const what = xml(error ?? (status === null ? WORDS[kind] : String(status)));
  const on = xml(pages.map((page) => `on ${page}`).join('\n'));
  const outcome =
    kind === 'unchecked'
      ? `<skipped message="${what}">${on}</skipped>`
      : `<failure type="${kind}" message="${what}">${on}</failure>`;
  return `    <testcase classname="links" name="${xml(url)}">${outcome}</testcase>`;
}

/** How many pages the findings are about: of a bad fragment or reference the pages that have it. */
function pagesNamed(rows: readonly Row[]): number {
  const isOnPage = ({ kind }: Row) => kind === 'fragment' || kind === 'invalid';
  return new Set(rows.flatMap((row) => (isOnPage(row) ? row.pages : [row.url]))).size;
}

const WORDS: Readonly<Record<Row['kind'], string>> = {
  broken: 'broken',
  unchecked: 'not checked',
  fragment: 'no such place on the page',
  invalid: 'no URL',
  redirect: 'redirect',
  start: 'the start was not fetched',
  cut: 'read in part',
};

/** XML 1.0 has no control characters but three. */
function xml(text: string): string {
  const signs: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what XML does not have.
  return text.replace(/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, '\ufffd').replace(/[&<>"]/g, (sign) => signs[sign]!);
}

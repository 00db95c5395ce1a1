/** What a crawl prints at its end, in the format that was asked for, and the exit code. */
import type { CrawlCommand } from './commands.ts';
import type { CrawlResult } from './crawl/crawl.ts';
import { reportText } from './crawl/report.ts';
import { csvReport, jsonReport, junitReport } from './crawl/report-formats.ts';

export function reportOf({ format, out }: CrawlCommand, result: CrawlResult, elapsed: number, fetched: number): string {
  const { summary, broken, unchecked, fragments } = result;
  const findings = { summary, broken, unchecked, fragments, elapsed };
  switch (format) {
    case 'json':
      return jsonReport(findings);
    case 'csv':
      return csvReport(findings);
    case 'junit':
      return junitReport(findings);
    default:
      return reportText(summary, broken, { elapsed, fetched, fragments, unchecked, isResumable: out !== undefined });
  }
}

/** 1 when a link is broken, a start was not fetched, or a page of the crawl was lost to a proxy that failed. */
export function exitCodeOf({ summary, fragments }: CrawlResult): number {
  const { broken, invalid, failedStarts, lostPages } = summary;
  return broken.count + fragments.length + invalid.count + failedStarts + lostPages > 0 ? 1 : 0;
}

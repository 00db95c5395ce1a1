/** What a crawl prints at its end, in the format that was asked for, and the exit code. */
import type { CrawlCommand } from './commands.ts';
import type { CrawlResult } from './crawl/crawl.ts';
import { reportText } from './crawl/report.ts';
import { csvReport, jsonReport, junitReport } from './crawl/report-formats.ts';

export function reportOf({ format }: CrawlCommand, result: CrawlResult, elapsed: number, fetched: number): string {
  const { summary, broken, fragments } = result;
  switch (format) {
    case 'json':
      return jsonReport({ summary, broken, fragments, elapsed });
    case 'csv':
      return csvReport({ summary, broken, fragments, elapsed });
    case 'junit':
      return junitReport({ summary, broken, fragments, elapsed });
    default:
      return reportText(summary, broken, { elapsed, fetched, fragments });
  }
}

/** 1 when a link is broken, or a start was not fetched. */
export function exitCodeOf({ summary, fragments }: CrawlResult): number {
  return summary.broken + fragments.length + summary.invalid + summary.failedStarts > 0 ? 1 : 0;
}

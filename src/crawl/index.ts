/** `sluice/crawl`: crawls through a frontier, in memory or in a file. */

export { crawl } from './crawl.ts';
export type { CrawlEnd, CrawlOptions, RunningCrawl } from './crawl-options.ts';
export { type FileFrontierOptions, fileFrontier } from './file-frontier.ts';
export type {
  Found,
  Frontier,
  FrontierStats,
  HostLease,
  LeaseOptions,
  Line,
  Outcome,
  Priority,
  SharedFacts,
  Visit,
} from './frontier.ts';
export { type LinksOptions, linksOf } from './links-of.ts';
export { type MemoryFrontierOptions, memoryFrontier } from './memory-frontier.ts';
export { type WriteLinesOptions, type WrittenLines, writeLines } from './write-lines.ts';

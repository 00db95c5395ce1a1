/**
 * The order of the files. Vitest begins with those that took longest in the last run, and where there was none, as in CI,
 * with the largest: then small files that take long come last, when the other processes have nothing left to do.
 */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const SMALL_AND_LONG =
  /\/(?:advisories|request-sync|hover-texts|download-command|live|shared-crawl|killed|endless-line|dispatcher|node-http|undici|stream|fetch|http2|full-output|cache-process|report-command|coming-from|links|psr-18|upload-progress|graceful-shutdown)\.test\.ts$/;

export class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const ofProjects = [...new Set(sorted.map(({ project }) => project))].map((one) =>
      sorted.filter(({ project }) => project === one),
    );
    return ofProjects.flatMap((ofOne) => [...ofOne.filter(isLong), ...ofOne.filter((file) => !isLong(file))]);
  }
}

function isLong({ moduleId }: TestSpecification): boolean {
  return SMALL_AND_LONG.test(moduleId);
}

/**
 * The script, the style and the elements of the page, as texts. From its sources they are bundled when they are asked
 * for; in the built package `scripts/report-page.ts` has put a file with the three texts in the place of this one.
 */

export interface PageParts {
  readonly script: string;
  readonly style: string;
  /** HTML without anything that came from a file. */
  readonly body: string;
}

export async function pageParts(): Promise<PageParts> {
  const { bundlePage } = await import('../../../scripts/report-page.ts');
  return bundlePage();
}

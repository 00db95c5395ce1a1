/** Stands in the place of `in-page.ts` in the build for browsers. */
export const IN_PAGE: boolean = true;

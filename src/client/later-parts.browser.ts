/**
 * Stands in the place of `later-parts.ts` in the build for browsers: what writes the request of few calls is loaded for
 * those.
 */
import { load as loadMultipart } from '../message/multipart-parts.browser.ts';
import { load as loadTemplates } from '../message/uri-template.browser.ts';
import type * as whole from './later-parts.ts';

export const partsToLoad: typeof whole.partsToLoad = (options) => {
  const parts: Promise<unknown>[] = [];
  if (options.uriVars) parts.push(loadTemplates());
  if (options.multipart) parts.push(loadMultipart());
  return parts.length === 0 ? undefined : Promise.all(parts);
};

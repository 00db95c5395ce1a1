/**
 * Stands in the place of `uri-template.ts` in the build for browsers, where a call that needs it loads it before it is
 * built.
 */
import type * as whole from './uri-template.ts';

let loaded: typeof whole | undefined;

export async function load(): Promise<void> {
  loaded ??= await import('./uri-template.ts');
}

export const expandTemplate: typeof whole.expandTemplate = (template, values) =>
  loaded!.expandTemplate(template, values);

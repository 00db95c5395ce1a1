/** Stands in the place of `file-cookie-jar.ts` in the builds for browsers and workers. */
import { missing } from '../runtime/missing.ts';

export const FileCookieJar = {
  open: async (): Promise<never> => missing('FileCookieJar', 'a CookieJar has toJSON() and fromJSON()'),
};

/** Every row, in the order of the page. */
import type { Advisory } from './bench.ts';
import { cookieAdvisories } from './cookies.ts';
import { messageAdvisories } from './messages.ts';
import { redirectAdvisories } from './redirects.ts';
import { uriAdvisories } from './uris.ts';

export type { Advisory } from './bench.ts';

export const advisories: readonly Advisory[] = [
  ...redirectAdvisories,
  ...cookieAdvisories,
  ...messageAdvisories,
  ...uriAdvisories,
];

/** The choice where there is no Node: fetch. Stands in the place of `choose.ts` in the builds for browsers and workers. */

import type { Transport } from '../stack/handler.ts';
import type * as node from './choose.ts';
import { fetchHandler } from './fetch/fetch.ts';

export { wrapStreaming } from './wrap-streaming.ts';

export const chooseHandler: typeof node.chooseHandler = (environment = {}): Transport =>
  fetchHandler(environment.fetch);

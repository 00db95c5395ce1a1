/** Where things are. */
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../', import.meta.url));
/** The library as built for the benchmark: inside node_modules, so that it finds its own dependencies and not the peers'. */
export const SLUICE = `${ROOT}node_modules/.cache/sluice-bench`;
/** Builds of other commits. */
export const CACHE = `${ROOT}node_modules/.cache/sluice-compare`;
/** The server and the measuring process, beside the peers that they load. */
export const BUILT = `${ROOT}bench/dist`;
/** What the check compares with. */
export const RATIOS = `${ROOT}bench/ratios.json`;
export const RESULTS = `${ROOT}bench/results.json`;
export const PAGE = `${ROOT}docs/performance.md`;
export const PLOT = `${ROOT}docs/performance.svg`;

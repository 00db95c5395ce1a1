import { fetchHandler } from '../../src/handlers/fetch/fetch.ts';
import { describeHandlerContract } from './handler-contract.ts';
import { fetchSkips } from './skips.ts';

describeHandlerContract('fetch', () => fetchHandler(), { skips: fetchSkips });

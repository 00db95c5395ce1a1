import { fetchHandler } from '../../src/handlers/fetch/fetch.ts';
import { describeHandlerContract } from './handler-contract.ts';
import { skipsHere } from './skips.ts';

describeHandlerContract('fetch', () => fetchHandler(), { skips: skipsHere('fetch') });

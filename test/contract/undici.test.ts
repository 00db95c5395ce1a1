import { undiciHandler } from '../../src/handlers/undici/undici.ts';
import { describeHandlerContract } from './handler-contract.ts';
import { skipsHere } from './skips.ts';

describeHandlerContract('undici', () => undiciHandler(), { skips: skipsHere('undici') });

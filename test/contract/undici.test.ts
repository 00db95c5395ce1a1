import { undiciHandler } from '../../src/handlers/undici/undici.ts';
import { describeHandlerContract } from './handler-contract.ts';
import { undiciSkips } from './skips.ts';

describeHandlerContract('undici', () => undiciHandler(), { skips: undiciSkips });

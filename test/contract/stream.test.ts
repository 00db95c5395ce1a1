import { streamHandler } from '../../src/handlers/node/stream.ts';
import { describeHandlerContract } from './handler-contract.ts';
import { skipsHere } from './skips.ts';

describeHandlerContract('stream', () => streamHandler(), { skips: skipsHere('stream') });

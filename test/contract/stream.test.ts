import { streamHandler } from '../../src/handlers/node/stream.ts';
import { describeHandlerContract } from './handler-contract.ts';
import { streamSkips } from './skips.ts';

describeHandlerContract('stream', () => streamHandler(), { skips: streamSkips });

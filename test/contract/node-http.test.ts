import { nodeHttpHandler } from '../../src/handlers/node/node-http.ts';
import { describeHandlerContract } from './handler-contract.ts';
import { skipsHere } from './skips.ts';

describeHandlerContract('node:http', () => nodeHttpHandler(), { skips: skipsHere('node:http') });

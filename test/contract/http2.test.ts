import { http2Handler } from '../../src/handlers/http2/http2.ts';
import { startHttp2Site } from '../support/http2-site.ts';
import { describeHandlerContract } from './handler-contract.ts';
import { skipsHere } from './skips.ts';

describeHandlerContract('http2', () => http2Handler(), { skips: skipsHere('http2'), start: startHttp2Site });

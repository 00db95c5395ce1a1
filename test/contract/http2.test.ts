import { http2Handler } from '../../src/handlers/http2/http2.ts';
import { startHttp2Site } from '../support/http2-site.ts';
import { describeHandlerContract } from './handler-contract.ts';
import { http2Skips } from './skips.ts';

describeHandlerContract('http2', () => http2Handler(), { skips: http2Skips, start: startHttp2Site });

import type { Transport } from '../../src/stack/handler.ts';
import { mockHandler } from '../../src/testing/mock-handler.ts';
import { memorySite } from '../support/memory-site.ts';
import { describeHandlerContract } from './handler-contract.ts';
import { mockSkips } from './skips.ts';

/** A mock whose queue never runs dry: each request queues its own answer, from the site in memory. */
function mockOfSite(): Transport {
  const mock = mockHandler();
  const answering: Transport = (request, options) => {
    mock.append(memorySite);
    return mock(request, options);
  };
  return Object.assign(answering, { handlerName: 'mock' });
}

describeHandlerContract('mock', mockOfSite, { skips: mockSkips });

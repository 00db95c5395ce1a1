import { afterAll } from 'vitest';
import { undiciHandler } from '../../src/handlers/undici/undici.ts';
import { type Undici, undicis } from '../support/undicis.ts';
import { describeHandlerContract } from './handler-contract.ts';
import { skipsHere } from './skips.ts';

const agents: { destroy(): Promise<void> }[] = [];

afterAll(() => Promise.all(agents.map((agent) => agent.destroy())));

/** Over an agent of its own, composed with what may be composed. */
function overAgent({ Agent }: Undici) {
  const agent = new Agent();
  agents.push(agent);
  return undiciHandler({ dispatcher: agent });
}

for (const [line, undici] of undicis) {
  describeHandlerContract(`an Agent of undici ${line}`, () => overAgent(undici), { skips: skipsHere('dispatcher') });
}

/** What the contract uses of vitest, in a form that needs no runner and nothing of Node. */
import { JestAsymmetricMatchers, JestChaiExpect, JestExtend } from '@vitest/expect';
import { fn } from '@vitest/spy';
import * as chai from 'chai';
import { refresh } from './remote.ts';

chai.use(JestExtend as never);
chai.use(JestChaiExpect as never);
chai.use(JestAsymmetricMatchers as never);

/** The asymmetric matchers (`expect.any`) stand on chai's own. */
export const expect = Object.setPrototypeOf(
  (value: unknown, message?: string) => chai.expect(value, message),
  chai.expect,
) as typeof chai.expect;

/** Until it no longer throws; what is known of the servers is asked for anew each time. */
async function waitFor<T>(check: () => T, { timeout = 3000 } = {}): Promise<T> {
  for (let left = timeout; ; left -= 20) {
    try {
      return check();
    } catch (error) {
      if (left <= 0) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
    await refresh();
  }
}

export const vi = { fn, waitFor };

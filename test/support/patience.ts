/**
 * How long a test waits for what is to come. A loaded machine is late with everything, and only what never comes is a
 * fault: so `vi.waitFor` waits for as long as a test may take, in place of one second.
 */
import { vi } from 'vitest';

const LONGEST = 30_000;
const NAME = 'patientWaitFor';
const { waitFor } = vi;

// Files that share a process share `vi`, and this runs before each of them.
if (waitFor.name !== NAME) {
  const patient: typeof waitFor = (callback, options) =>
    waitFor(callback, typeof options === 'number' ? options : { timeout: LONGEST, ...options });
  vi.waitFor = Object.defineProperty(patient, 'name', { value: NAME });
}

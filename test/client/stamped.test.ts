import { afterEach, describe, expect, it } from 'vitest';
import { Call } from '../../src/call/call.ts';
import { stamped } from '../../src/client/stamped.ts';
import { NetworkError, type TransferError } from '../../src/message/errors.ts';

const isLate = Object.getOwnPropertyDescriptor(new Error('x'), 'stack')?.get !== undefined;
const { prepareStackTrace } = Error;

afterEach(() => {
  Error.prepareStackTrace = prepareStackTrace;
});

/** An error that was made in a turn of its own, as one of a socket is, and stamped under a caller. */
async function failedFor(make: (call: Call) => TransferError = () => reset()) {
  const call = new Call(100);
  const error = await new Promise<TransferError>((resolve) => process.nextTick(() => resolve(make(call))));
  await Promise.resolve();
  return stamped(error, call, 250) as TransferError;
}

function reset(): NetworkError {
  return new NetworkError('reset', { code: 'ERR_CONNECTION_RESET' });
}

async function theCaller(): Promise<TransferError> {
  return await failedFor();
}

describe('a stamped error', () => {
  it('has the frames of the caller below its own, read twice', async () => {
    const error = await theCaller();
    const first = error.stack;
    expect(first).toMatch(/^NetworkError: reset\n(?: +at .*\n)+ +at (?:async )?theCaller /);
    expect(error.stack).toBe(first);
  });

  it('keeps a stack that somebody sets, before and after it was read', async () => {
    const error = await theCaller();
    error.stack = 'mine';
    expect(error.stack).toBe('mine');
    error.stack = 'another';
    expect(error.stack).toBe('another');
  });

  it('shows its stack to nobody who walks its properties', async () => {
    const error = await theCaller();
    expect(Object.keys(error)).not.toContain('stack');
    void error.stack;
    expect(Object.keys(error)).not.toContain('stack');
  });

  it('knows how long the call took, and how often it was sent', async () => {
    expect(await theCaller()).toMatchObject({ elapsed: 150, attempts: 1 });
  });

  it.skipIf(!isLate)('puts no stack into words before it is read (V8 of Node 20 cannot)', async () => {
    let worded = 0;
    Error.prepareStackTrace = (error) => {
      worded += 1;
      return `${error}\n    at async somewhere`;
    };
    const error = await theCaller();
    expect(worded).toBe(0);
    expect(error.stack).toContain('somewhere');
    expect(worded).toBe(2);
  });

  it('is left as it is when it is no error of ours', () => {
    const error = new Error('of the caller');
    expect(stamped(error, new Call(0), 1)).toBe(error);
  });

  it('is left with the frames that it has when it was made where the caller waits', () => {
    const error = new NetworkError('reset');
    const { stack } = error;
    expect(stamped(error, new Call(0), 7, true)).toBe(error);
    expect([error.stack, error.elapsed]).toEqual([stack, 7]);
  });
});

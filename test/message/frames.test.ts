import { afterEach, describe, expect, it } from 'vitest';
import { withoutFrames } from '../../src/message/frames.ts';

const { stackTraceLimit } = Error;

afterEach(() => {
  Object.defineProperty(Error, 'stackTraceLimit', {
    value: stackTraceLimit,
    writable: true,
    enumerable: true,
    configurable: true,
  });
});

const tooFar = () => new RangeError('too far');

describe('an error without frames', () => {
  it('has its name and its message alone, until it is given some', () => {
    const error = withoutFrames(tooFar)!;
    expect(error.stack).toBe('RangeError: too far');
    Error.captureStackTrace(error);
    expect(error.stack).toMatch(/^RangeError: too far\n +at /);
  });

  it('leaves the limit of frames as it was, also when it cannot be made', () => {
    Error.stackTraceLimit = 7;
    expect(() =>
      withoutFrames(() => {
        throw tooFar();
      }),
    ).toThrow('too far');
    expect(Error.stackTraceLimit).toBe(7);
  });

  it.each([undefined, 'many'])('is none where the limit is %s, which stays as it was', (value) => {
    if (value === undefined) Reflect.deleteProperty(Error, 'stackTraceLimit');
    else Object.defineProperty(Error, 'stackTraceLimit', { value, writable: true, configurable: true });
    const before = Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit');
    expect(withoutFrames(tooFar)).toBeUndefined();
    expect(Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit')).toEqual(before);
  });

  it('is none where the limit cannot be set', () => {
    Object.defineProperty(Error, 'stackTraceLimit', { value: 5, writable: false, configurable: true });
    expect(withoutFrames(tooFar)).toBeUndefined();
  });
});

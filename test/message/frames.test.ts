import { afterEach, describe, expect, it } from 'vitest';
import { captureFrames, withoutFrames } from '../../src/message/frames.ts';

const { stackTraceLimit } = Error;

afterEach(() => {
  Object.defineProperty(Error, 'stackTraceLimit', {
    value: stackTraceLimit,
    writable: true,
    enumerable: true,
    configurable: true,
  });
});

describe('an error without frames', () => {
  it('has its name and its message alone, until it is given some', () => {
    const error = withoutFrames(() => new RangeError('too far'));
    expect(error.stack).toBe('RangeError: too far');
    captureFrames(error, undefined);
    expect(error.stack).toMatch(/^RangeError: too far\n +at /);
  });

  it('is given frames once', () => {
    const error = withoutFrames(() => new RangeError('too far'));
    expect([captureFrames(error, undefined), captureFrames(error, undefined)]).toEqual([true, false]);
  });

  it('leaves the frames of any other error as they are', () => {
    const error = new RangeError('too far');
    const { stack } = error;
    expect(captureFrames(error, undefined)).toBe(false);
    expect(error.stack).toBe(stack);
  });

  it('leaves the limit of frames as it was, also when it cannot be made', () => {
    Error.stackTraceLimit = 7;
    expect(() =>
      withoutFrames(() => {
        throw new RangeError('too far');
      }),
    ).toThrow('too far');
    expect(Error.stackTraceLimit).toBe(7);
  });

  it.each([undefined, 'many'])('has its own frames where the limit is %s, and leaves that as it was', (value) => {
    if (value === undefined) Reflect.deleteProperty(Error, 'stackTraceLimit');
    else Object.defineProperty(Error, 'stackTraceLimit', { value, writable: true, configurable: true });
    const before = Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit');
    const error = withoutFrames(() => new RangeError('too far'));
    expect(captureFrames(error, undefined)).toBe(false);
    expect(Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit')).toEqual(before);
  });

  it('has its own frames where the limit cannot be set', () => {
    Object.defineProperty(Error, 'stackTraceLimit', { value: 5, writable: false, configurable: true });
    const error = withoutFrames(() => new RangeError('too far'));
    expect(error.stack).toMatch(/\n +at /);
    expect(captureFrames(error, undefined)).toBe(false);
  });
});

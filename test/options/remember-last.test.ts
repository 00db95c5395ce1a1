import { describe, expect, it } from 'vitest';
import { rememberLast } from '../../src/options/remember-last.ts';

describe('rememberLast', () => {
  it('asks once about what comes again, and anew about anything else', () => {
    const asked: object[] = [];
    const remembered = rememberLast((one: object) => asked.push(one));
    const [a, b] = [{}, {}];
    expect([remembered(a), remembered(a), remembered(b), remembered(a)]).toEqual([1, 1, 2, 3]);
    expect(asked).toEqual([a, b, a]);
  });

  it('keeps an answer of undefined too', () => {
    let calls = 0;
    const remembered = rememberLast(() => {
      calls += 1;
    });
    const a = {};
    expect([remembered(a), remembered(a)]).toEqual([undefined, undefined]);
    expect(calls).toBe(1);
  });

  it('remembers nothing of a function that throws', () => {
    const answers = ['first', 'second'];
    const remembered = rememberLast(() => {
      const answer = answers.shift();
      if (answer === 'first') throw new TypeError(answer);
      return answer;
    });
    const a = {};
    expect(() => remembered(a)).toThrow('first');
    expect(remembered(a)).toBe('second');
  });
});

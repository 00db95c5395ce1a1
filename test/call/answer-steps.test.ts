import { describe, expect, it } from 'vitest';
import {
  type AnswerEnd,
  type AnswerStep,
  AnswerSteps,
  endedBy,
  Failure,
  Link,
  unfailed,
} from '../../src/call/answer-steps.ts';
import { ClientError } from '../../src/message/errors.ts';
import { HttpRequest } from '../../src/message/request.ts';
import { HttpResponse } from '../../src/message/response.ts';
import type { RequestOptions } from '../../src/options/options.ts';

type Step = AnswerStep<unknown>;

const request = new HttpRequest('GET', 'http://a.test/');
const options: RequestOptions = { httpErrors: false };
const answer = new HttpResponse(200);

/** A step that appends its letter to the header X-Path. */
function letter(name: string): Step {
  return (response) => response.withHeader('X-Path', (response.headers.get('x-path') ?? '') + name);
}

/** The same, some turns later. */
function late(name: string): Step {
  return async (response) => {
    await null;
    await null;
    return response.withHeader('X-Path', (response.headers.get('x-path') ?? '') + name);
  };
}

function stepsOf(first: Step, ...rest: Step[]): AnswerSteps {
  const linkOf = (step: Step) => new Link<unknown>(step, request, options, undefined);
  const steps = new AnswerSteps(linkOf(first));
  for (const step of rest) steps.add(linkOf(step));
  return steps;
}

async function path(steps: AnswerSteps): Promise<string | null> {
  return (await steps.run(answer)).headers.get('x-path');
}

/** An end that notes what it gets. */
function noting() {
  const got: unknown[] = [];
  const other = new HttpResponse(299);
  const end: AnswerEnd = {
    answered: (response) => {
      got.push(response);
      return other;
    },
    failed: (error) => {
      got.push(error);
      return new Error('of the end', { cause: error });
    },
  };
  return { end, got, other };
}

describe('the steps of an answer', () => {
  it('run from the inside out', async () => {
    expect(await path(stepsOf(letter('a'), letter('b'), letter('c')))).toBe('abc');
  });

  it('get what each of them was made with', () => {
    const own = { of: 'the layer' };
    const got: unknown[] = [];
    const step = (response: HttpResponse, ...rest: readonly unknown[]) => {
      got.push(response, ...rest);
      return response;
    };
    new AnswerSteps(new Link<unknown>(step, request, options, own)).run(answer);
    expect(got).toEqual([answer, request, options, own]);
    expect(got[3]).toBe(own);
  });

  it('give an answer at once when all of them do', () => {
    expect(stepsOf(letter('a'), letter('b')).run(answer)).toBeInstanceOf(HttpResponse);
  });

  it('wait for a step that gives a promise before the next', async () => {
    expect(await path(stepsOf(late('a'), letter('b'), late('c'), letter('d')))).toBe('abcd');
  });

  it('are over with the promise of the last', async () => {
    expect(await path(stepsOf(letter('a'), late('b')))).toBe('ab');
  });

  it.each([
    [
      'throws',
      () => () => {
        throw new Error('broken');
      },
    ],
    ['rejects', () => () => Promise.reject(new Error('broken'))],
    ['fails', () => () => new Failure(ClientError, 'broken', { request, response: answer })],
  ] as const)('skip the rest when one %s', async (_how, broken) => {
    const reached: string[] = [];
    const steps = stepsOf(letter('a'), broken(), (response) => {
      reached.push('next');
      return response;
    });
    await expect((async () => await steps.run(answer))()).rejects.toThrow('broken');
    expect(reached).toEqual([]);
  });

  it('skip the rest when one throws behind a promise', async () => {
    const reached: string[] = [];
    const steps = stepsOf(
      late('a'),
      () => {
        throw new Error('broken');
      },
      (response) => {
        reached.push('next');
        return response;
      },
    );
    await expect(steps.run(answer)).rejects.toThrow('broken');
    expect(reached).toEqual([]);
  });
});

describe('the end of the steps', () => {
  it('gets what the last step gives, and says what the promise is fulfilled with', async () => {
    const { end, got, other } = noting();
    const steps = stepsOf(letter('a'), letter('b'));
    steps.end = end;
    expect(await steps.run(answer)).toBe(other);
    expect(got.map((response) => (response as HttpResponse).headers.get('x-path'))).toEqual(['ab']);
  });

  it('gets what a promise of the last step gives', async () => {
    const { end, got, other } = noting();
    const steps = stepsOf(letter('a'), late('b'));
    steps.end = end;
    expect(await steps.run(answer)).toBe(other);
    expect(got.map((response) => (response as HttpResponse).headers.get('x-path'))).toEqual(['ab']);
  });

  it.each([
    [
      'throws',
      (error: Error): Step =>
        () => {
          throw error;
        },
    ],
    [
      'rejects with',
      (error: Error): Step =>
        () =>
          Promise.reject(error),
    ],
  ] as const)('gets what a step %s, once', async (_how, broken) => {
    const { end, got } = noting();
    const error = new Error('broken');
    const steps = stepsOf(broken(error));
    steps.end = end;
    await expect(steps.run(answer)).rejects.toMatchObject({ message: 'of the end', cause: error });
    expect(got).toEqual([error]);
  });

  it('is not asked again about what it throws itself', async () => {
    const { end, got } = noting();
    const steps = stepsOf(letter('a'));
    steps.end = {
      ...end,
      answered: () => {
        throw new Error('no answer');
      },
    };
    await expect((async () => await steps.run(answer))()).rejects.toThrow('no answer');
    expect(got).toEqual([]);
  });
});

describe('a promise with an end behind it', () => {
  it('is fulfilled with what the end says', async () => {
    const { end, got, other } = noting();
    expect(await endedBy(end, Promise.resolve(answer))).toBe(other);
    expect(got).toEqual([answer]);
  });

  it('is rejected with what the end says', async () => {
    const { end, got } = noting();
    const error = new Error('broken');
    await expect(endedBy(end, Promise.reject(error))).rejects.toMatchObject({ message: 'of the end', cause: error });
    expect(got).toEqual([error]);
  });
});

describe('a failure', () => {
  const failure = new Failure(ClientError, 'client error 404', { request, response: new HttpResponse(404) });
  const failing = (): AnswerSteps => stepsOf(() => failure);

  it('is made for who knows of none', async () => {
    await expect(unfailed(failure)).rejects.toThrow('client error 404');
    expect(unfailed(answer)).toBe(answer);
  });

  it('is what the steps reject with where nobody is last', async () => {
    await expect(failing().run(answer)).rejects.toBeInstanceOf(ClientError);
  });

  it('is what they reject with behind a promise', async () => {
    await expect(stepsOf(late('a'), () => failure, letter('b')).run(answer)).rejects.toBeInstanceOf(ClientError);
  });

  it('is made where the caller waits, once, and the end is told so', async () => {
    const told: unknown[] = [];
    const steps = failing();
    steps.end = {
      answered: (response) => response,
      failed: (error, isPlaced) => {
        told.push(isPlaced);
        return error;
      },
    };
    async function whoWaits() {
      await Promise.resolve(answer).then((response) => steps.run(response));
    }
    const { stack } = await whoWaits().then(
      () => expect.unreachable(),
      (error: Error) => error,
    );
    expect(stack).toContain('whoWaits');
    expect(told).toEqual([true]);
  });
});

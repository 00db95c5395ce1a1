import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { AnswerEnd, AnswerStep } from '../../src/call/answer-steps.ts';
import { Call } from '../../src/call/call.ts';
import { closeSteps, endAnswer, forOneLayer, onAnswerOf } from '../../src/call/on-answer.ts';
import {
  Client,
  decodeContent,
  type Handler,
  HandlerStack,
  HttpRequest,
  HttpResponse,
  httpErrors,
  type Middleware,
  redirect,
} from '../../src/index.ts';

type Step = AnswerStep<undefined>;

const answer = new HttpResponse(200);

function asked(call: Call | undefined = new Call(0)) {
  const request = new HttpRequest('GET', 'http://a.test/');
  request.call = call;
  return { request, call: call as Call };
}

/** How a layer takes part whose `next` a stack gave to it alone. */
function sharing() {
  const next = () => undefined;
  forOneLayer(next);
  return taking(next);
}

/** How one does that was composed by hand. */
function apart() {
  return taking(() => undefined);
}

function taking(next: object) {
  const onAnswer = onAnswerOf(next);
  return (given: Promise<HttpResponse>, request: HttpRequest, step: Step) =>
    onAnswer(given, request, {}, step, undefined);
}

function letter(name: string): Step {
  return (response) => response.withHeader('X-Path', (response.headers.get('x-path') ?? '') + name);
}

const pathOf = (response: HttpResponse) => response.headers.get('x-path');

/** An end that appends its letter, and wraps errors. */
const END: AnswerEnd = {
  answered: (response) => response.withHeader('X-Path', `${pathOf(response)}!`),
  failed: (cause) => new Error('of the end', { cause }),
};

describe('layers that look at an answer', () => {
  it('share one promise when nobody stands between them', async () => {
    const { request } = asked();
    const inner = sharing()(Promise.resolve(answer), request, letter('a'));
    const outer = sharing()(inner, request, letter('b'));
    expect(outer).toBe(inner);
    expect(pathOf(await outer)).toBe('ab');
  });

  it('have a promise each once a seam has closed', async () => {
    const { request } = asked();
    const inner = sharing()(Promise.resolve(answer), request, letter('a'));
    closeSteps(request);
    const outer = sharing()(inner, request, letter('b'));
    expect(pathOf(await inner)).toBe('a');
    expect(pathOf(await outer)).toBe('ab');
  });

  it('have a promise each when composed by hand', async () => {
    const { request } = asked();
    const inner = sharing()(Promise.resolve(answer), request, letter('a'));
    const outer = apart()(inner, request, letter('b'));
    expect(pathOf(await inner)).toBe('a');
    expect(pathOf(await outer)).toBe('ab');
  });

  it('have a promise each for a request of no call', async () => {
    const { request } = asked(undefined);
    request.call = undefined;
    const inner = sharing()(Promise.resolve(answer), request, letter('a'));
    const outer = sharing()(inner, request, letter('b'));
    expect(pathOf(await inner)).toBe('a');
    expect(pathOf(await outer)).toBe('ab');
  });

  it('have a promise each for another promise than the last', async () => {
    const { request } = asked();
    const first = sharing()(Promise.resolve(answer), request, letter('a'));
    const second = sharing()(Promise.resolve(answer), request, letter('b'));
    const outer = sharing()(first, request, letter('c'));
    expect([pathOf(await first), pathOf(await second), pathOf(await outer)]).toEqual(['a', 'b', 'ac']);
  });

  it('have a promise each for two calls that a handler gave the same one', async () => {
    const shared = Promise.resolve(answer);
    const one = sharing()(shared, asked().request, letter('a'));
    const other = sharing()(shared, asked().request, letter('b'));
    expect([pathOf(await one), pathOf(await other), pathOf(await shared)]).toEqual(['a', 'b', null]);
  });

  it('share theirs whatever comes of another one meanwhile', async () => {
    const { request } = asked();
    const first = sharing()(Promise.resolve(answer), request, letter('a'));
    const second = sharing()(new Promise<HttpResponse>(() => undefined), request, letter('b'));
    await first;
    expect(sharing()(second, request, letter('c'))).toBe(second);
  });

  it('take part when they come later than the answer', async () => {
    const { request } = asked();
    const inner = sharing()(Promise.resolve(answer), request, letter('a'));
    await inner;
    expect(pathOf(await sharing()(inner, request, letter('b')))).toBe('ab');
  });

  it('are passed by a failure', async () => {
    const { request } = asked();
    const inner = sharing()(Promise.reject(new Error('broken')), request, letter('a'));
    await expect(sharing()(inner, request, letter('b'))).rejects.toThrow('broken');
  });

  it.each([
    ['answer', () => Promise.resolve(answer)],
    ['failure', () => Promise.reject(new Error('broken'))],
  ])('leave nothing at their call after the %s', async (_what, given) => {
    const { request, call } = asked();
    await Promise.allSettled([sharing()(given(), request, letter('a'))]);
    expect(call.steps).toBeUndefined();
  });
});

describe('the end of an answer', () => {
  it('stands behind the steps, in their promise', async () => {
    const { request, call } = asked();
    const given = sharing()(Promise.resolve(answer), request, letter('a'));
    const ended = endAnswer(given, call, END);
    expect(ended).toBe(given);
    expect(pathOf(await ended)).toBe('a!');
  });

  it('lets no step come behind it', async () => {
    const { request, call } = asked();
    const ended = endAnswer(sharing()(Promise.resolve(answer), request, letter('a')), call, END);
    expect(pathOf(await sharing()(ended, request, letter('b')))).toBe('a!b');
  });

  it('gets the failure that comes in place of an answer', async () => {
    const { request, call } = asked();
    const error = new Error('broken');
    const given = sharing()(Promise.reject(error), request, letter('a'));
    await expect(endAnswer(given, call, END)).rejects.toMatchObject({ message: 'of the end', cause: error });
  });

  it('gets what a step throws', async () => {
    const { request, call } = asked();
    const error = new Error('broken');
    const given = sharing()(Promise.resolve(answer), request, () => {
      throw error;
    });
    await expect(endAnswer(given, call, END)).rejects.toMatchObject({ message: 'of the end', cause: error });
  });

  it('has a promise of its own once a seam has closed', async () => {
    const { request, call } = asked();
    const given = sharing()(Promise.resolve(answer), request, letter('a'));
    closeSteps(request);
    const ended = endAnswer(given, call, END);
    expect([pathOf(await given), pathOf(await ended)]).toEqual(['a', 'a!']);
  });
});

describe('a layer of the caller that looks at the promise', () => {
  /** Notes what comes, and returns the same promise. */
  const looking = (seen: unknown[]): Middleware => {
    return (next) => (request, options) => {
      const given = next(request, options);
      const note = (what: { readonly status?: number } | Error) =>
        void seen.push(what instanceof Error ? what.name : what.status);
      given.then(note, note);
      return given;
    };
  };
  const missing: Handler = async ({ url }) =>
    url.endsWith('/b') ? new HttpResponse(404) : new HttpResponse(302, { Location: '/b' });
  const get = (handler: HandlerStack | Handler) => new Client({ handler }).get('http://a.test/');

  it.each([
    ['httpErrors', 'before', ['ClientError']],
    ['httpErrors', 'after', [404]],
    ['redirect', 'after', [302, 404]],
    ['decodeContent', 'before', [302, 404]],
  ] as const)('sees what its place in the stack says: %s, %s it', async (name, how, expected) => {
    const seen: unknown[] = [];
    await expect(get(HandlerStack.create(missing)[how](name, looking(seen)))).rejects.toThrow('404');
    expect(seen).toEqual(expected);
  });

  it('sees what its place says between layers that are composed by hand', async () => {
    const seen: unknown[] = [];
    const handler = httpErrors()(looking(seen)(redirect()(looking(seen)(decodeContent()(missing)))));
    await expect(get(handler)).rejects.toThrow('404');
    expect(seen).toEqual([302, 404, 404]);
  });

  it('sees what its place says between layers that one of the caller composes', async () => {
    const seen: unknown[] = [];
    const composed: Middleware = (next) => httpErrors()(looking(seen)(redirect()(next)));
    await expect(get(HandlerStack.create(missing).before('redirect', composed))).rejects.toThrow('404');
    expect(seen).toEqual([404]);
  });

  it('sees what its place says around a stack that is the handler of another', async () => {
    const seen: unknown[] = [];
    const inner = HandlerStack.create(missing).remove('httpErrors').resolve();
    await expect(get(HandlerStack.create(looking(seen)(inner)))).rejects.toThrow('404');
    expect(seen).toEqual([404]);
  });

  it.each([
    ['a layer', (handler: Handler) => new HandlerStack(missing).push(() => handler)],
    ['a plain handler', (handler: Handler) => handler],
  ])('sees the answer of another stack before the client completes it, in %s', async (_what, around) => {
    const inner = HandlerStack.create(async () => new HttpResponse(200)).resolve();
    const urls: string[] = [];
    const outermost: Handler = (request, options) => {
      const given = inner(request, options);
      given.then((response) => urls.push(response.url));
      return given;
    };
    const { url } = await get(around(outermost));
    expect([...urls, url]).toEqual(['', 'http://a.test/']);
  });

  it('does not take the frames of who waits, when it is the outermost', async () => {
    const inner = HandlerStack.create(missing).resolve();
    async function whoWaits() {
      await get(new HandlerStack(missing).push(() => looking([])(inner)));
    }
    const error = await whoWaits().catch((thrown: Error) => thrown);
    expect((error as Error).stack).toContain('whoWaits');
  });

  it('has its own context, and the layers around it theirs', async () => {
    const context = new AsyncLocalStorage<string>();
    onTestFinished(() => context.disable());
    const seen: unknown[] = [];
    const judged = (status: number) => {
      seen.push(context.getStore());
      return status >= 400;
    };
    const inContext: Middleware = (next) => (request, options) => context.run('inside', () => next(request, options));
    const handler = httpErrors()(inContext(redirect()(missing)));
    const onRedirect = () => void seen.push(context.getStore());
    const call = context.run('caller', () =>
      new Client({ handler }).get('http://a.test/', { httpErrors: judged, allowRedirects: { onRedirect } }),
    );
    await expect(call).rejects.toThrow('404');
    expect(seen).toEqual(['inside', 'caller']);
  });
});

describe('a handler that gives all calls one promise', () => {
  it('answers each as its own layers say', async () => {
    const shared = Promise.resolve(new HttpResponse(404));
    const client = new Client({ handler: HandlerStack.create(() => shared) });
    const one = client.get('http://a.test/one');
    const other = client.get('http://a.test/other', { httpErrors: false });
    await expect(one).rejects.toThrow('http://a.test/one');
    expect((await other).url).toBe('http://a.test/other');
  });
});

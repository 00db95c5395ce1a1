import { describe, expect, it } from 'vitest';
import { HttpRequest } from '../../src/message/request.ts';
import { HttpResponse } from '../../src/message/response.ts';
import type { Handler, Middleware } from '../../src/stack/handler.ts';
import { HandlerStack } from '../../src/stack/handler-stack.ts';

const request = new HttpRequest('GET', 'http://a.test/');
const echo: Handler = async (asked) => new HttpResponse(200, { 'X-Path': asked.headers.get('x-path') ?? '' });

/** Appends its letter to X-Path on the way in and on the way out. */
function letter(name: string): Middleware {
  return (next) => async (asked, options) => {
    const path = (asked.headers.get('x-path') ?? '') + name;
    const response = await next(asked.withHeader('X-Path', path), options);
    return response.withHeader('X-Path', response.headers.get('x-path') + name.toUpperCase());
  };
}

async function path(stack: HandlerStack): Promise<string | null> {
  return (await stack.resolve()(request, {})).headers.get('x-path');
}

describe('HandlerStack', () => {
  it('lets the first pushed see the request first and the response last', async () => {
    const stack = new HandlerStack(echo).push(letter('a'), 'a').push(letter('b'), 'b').push(letter('c'), 'c');
    expect(await path(stack)).toBe('abcCBA');
  });

  it('takes one frame for each layer of what one of them throws, and no more', async () => {
    const through: Middleware = (next) => (asked, options) => next(asked, options);
    const throwing: Middleware = () => () => {
      throw new Error('of the layer');
    };
    const stack = new HandlerStack(echo).push(through).push(through).push(throwing);
    const error = await stack
      .resolve()(request, {})
      .catch((thrown: Error) => thrown);
    expect((error as Error).stack?.match(/handler-stack\.ts/g)).toHaveLength(3);
  });

  it('puts an unshifted layer outside all others', async () => {
    expect(await path(new HandlerStack(echo).push(letter('a')).unshift(letter('z')))).toBe('zaAZ');
  });

  it('inserts before and after a named layer', async () => {
    const stack = new HandlerStack(echo).push(letter('b'), 'b');
    stack.before('b', letter('a'), 'a').after('b', letter('c'), 'c');
    expect(stack.names).toEqual(['a', 'b', 'c']);
    expect(await path(stack)).toBe('abcCBA');
  });

  it('acts on the first of several layers with one name', async () => {
    const stack = new HandlerStack(echo).push(letter('x'), 'same').push(letter('y'), 'same');
    expect(await path(stack.after('same', letter('m')))).toBe('xmyYMX');
  });

  it('removes every layer with a name', async () => {
    const stack = new HandlerStack(echo).push(letter('x'), 'same').push(letter('b'), 'b').push(letter('y'), 'same');
    expect(await path(stack.remove('same'))).toBe('bB');
  });

  it('removes a layer by its function', async () => {
    const b = letter('b');
    const stack = new HandlerStack(echo).push(letter('a'), 'a').push(b, 'b');
    expect(await path(stack.remove(b))).toBe('aA');
  });

  it.each(['before', 'after'] as const)('refuses an unknown name in %s and prints the stack', (method) => {
    const stack = new HandlerStack(echo).push(letter('a'), 'a').push(letter('b'), 'b');
    expect(() => stack[method]('cookies', letter('c'))).toThrow('a layer called "cookies". It is: a > b > echo');
  });

  it('refuses to remove what it does not hold and prints the stack', () => {
    const stack = new HandlerStack(echo).push(letter('a'), 'a');
    expect(() => stack.remove('cookies')).toThrow('a layer called "cookies". It is: a > echo');
    expect(() => stack.remove(letter('a'))).toThrow('this function. It is: a > echo');
  });

  it('composes once and again only after an edit', () => {
    let composed = 0;
    const counting: Middleware = (next) => {
      composed += 1;
      return next;
    };
    const stack = new HandlerStack(echo).push(counting);
    stack.resolve();
    stack.resolve();
    expect(composed).toBe(1);
    stack.push(letter('a'));
    stack.resolve();
    expect(composed).toBe(2);
  });

  it('says clearly that it has no handler', () => {
    const stack = new HandlerStack().push(letter('a'), 'a');
    expect(stack.hasHandler()).toBe(false);
    expect(() => stack.resolve()).toThrow('the stack has no handler: call setHandler()');
    expect(stack.setHandler(echo).hasHandler()).toBe(true);
    expect(() => stack.resolve()).not.toThrow();
  });

  it('clones into a stack of its own', () => {
    const stack = new HandlerStack(echo).push(letter('a'), 'a');
    const copy = stack.clone().push(letter('b'), 'b');
    expect(stack.names).toEqual(['a']);
    expect(copy.names).toEqual(['a', 'b']);
    expect(copy.has('b') && !stack.has('b')).toBe(true);
  });

  it('names a layer after its function when no name is given', () => {
    const tag: Middleware = function tag(next) {
      return next;
    };
    expect(String(new HandlerStack(echo).push(tag))).toBe('tag > echo');
  });

  it.each([undefined, null, 'cookies', {}])('refuses %o as a middleware', (value) => {
    expect(() => new HandlerStack(echo).push(value as unknown as Middleware)).toThrow(
      'a middleware must be a function',
    );
  });

  it.each<[door: string, edit: (stack: HandlerStack, name: never) => unknown]>([
    ['push', (stack, name) => stack.push(letter('b'), name)],
    ['unshift', (stack, name) => stack.unshift(letter('b'), name)],
    ['before', (stack, name) => stack.before('a', letter('b'), name)],
    ['after', (stack, name) => stack.after('a', letter('b'), name)],
    ['the place of before', (stack, name) => stack.before(name, letter('b'))],
    ['the place of after', (stack, name) => stack.after(name, letter('b'))],
    ['remove', (stack, name) => stack.remove(name)],
    ['has', (stack, name) => stack.has(name)],
  ])('refuses what is no name in %s, and changes nothing', (_, edit) => {
    const stack = new HandlerStack(echo).push(letter('a'), 'a');
    for (const [name, found] of [
      [5, '5'],
      [null, 'null'],
      ['', '""'],
      [' ', '" "'],
      [{}, 'Object'],
    ] as const) {
      const words = `the name of a layer must be text that is not empty, got ${found}`;
      expect(() => edit(stack, name as never)).toThrow(new TypeError(words));
    }
    expect(String(stack)).toBe('a > echo');
  });

  it('keeps a polluted prototype from the layers below one that spreads the options', async () => {
    const seen: unknown[] = [];
    const spread: Middleware = (next) => (asked, options) => next(asked, { ...options });
    const reader: Handler = async (_, options) => {
      seen.push(options.proxy);
      return new HttpResponse();
    };
    const polluted = Object.prototype as { proxy?: string };
    polluted.proxy = 'http://evil.test';
    try {
      await new HandlerStack(reader).push(spread).resolve()(request, {});
    } finally {
      delete polluted.proxy;
    }
    expect(seen).toEqual([undefined]);
  });

  describe('with layers that need no seams', () => {
    const direct = (name: string): Middleware =>
      Object.defineProperty(
        (next: Handler): Handler =>
          (asked, options) =>
            next(asked, options),
        'name',
        { value: name },
      );
    const spreading: Middleware = (next) => (asked, options) => next(asked, { ...options });
    /** What the innermost layer finds of a polluted prototype. */
    const found: unknown[] = [];
    const looking: Middleware = (next) => (asked, options) => {
      found.push((options as { polluted?: unknown }).polluted);
      return next(asked, options);
    };

    it.each([
      ['given by the caller', () => new HandlerStack(echo).push(direct('a')).push(looking, 'looking').seamless()],
      [
        'spread by a layer between them',
        () => new HandlerStack(echo).push(direct('a'), 'a').push(looking, 'looking').seamless().after('a', spreading),
      ],
    ])('reads nothing through options that were %s', async (_, make) => {
      found.length = 0;
      Object.defineProperty(Object.prototype, 'polluted', { value: 'yes', configurable: true });
      try {
        await make().resolve()(request, {});
      } finally {
        Reflect.deleteProperty(Object.prototype, 'polluted');
      }
      expect(found).toEqual([undefined]);
    });

    it('turns what they throw into a rejection', async () => {
      const failing: Middleware = () => () => {
        throw new RangeError('at once');
      };
      const stack = new HandlerStack(echo).push(direct('a')).push(failing).seamless();
      await expect(stack.resolve()(request, {})).rejects.toThrow('at once');
    });

    it('gives them a promise of what a stranger inside returns bare', async () => {
      const bare = (() => () => new HttpResponse(204)) as unknown as Middleware;
      const chaining: Middleware = (next) => (asked, options) => next(asked, options).then((response) => response);
      const stack = new HandlerStack(echo).push(chaining, 'chaining').seamless().push(bare, 'bare');
      expect((await stack.resolve()(request, {})).status).toBe(204);
    });
  });
});

/** Named layers around a handler. The first pushed is outermost: it sees the request first and the response last. */

import { closeSteps, forOneLayer } from '../call/on-answer.ts';
import { own } from '../message/own.ts';
import type { HttpRequest } from '../message/request.ts';
import type { HttpResponse } from '../message/response.ts';
import { ownOptions } from '../options/option-record.ts';
import { refuseSurplus } from '../runtime/arguments.ts';
import { kindOf, ofThisCopy, valueOrKind } from '../runtime/kind-of.ts';
import type { DeclaringMiddleware, Handler, Middleware, Transport } from './handler.ts';
import { isForCacheAlone, unanswered } from './kept-offline.ts';

/** A middleware under its name in the stack. */
interface Layer {
  readonly name: string;
  readonly middleware: Middleware;
}

/**
 * Named layers around a handler: what a client's calls go through. `String(stack)` prints it, `push`, `unshift`, `before`,
 * `after` and `remove` edit it; a name that is not there throws.
 */
export class HandlerStack {
  /**
   * The default layers around `handler`, or around the one that the environment offers.
   * Set by `default-stack.ts`, which is the one place that knows them.
   */
  static create: (handler?: Handler) => HandlerStack;

  #layers: readonly Layer[] = [];
  #handler: Handler | undefined;
  /** What `resolve` has composed; gone with the next edit. */
  #resolved: Handler | undefined;
  /** Asked for by every call that has options. */
  #declared: readonly string[] | undefined;
  /** What the stack held when it was marked as the default. */
  #default: { readonly layers: readonly Layer[]; readonly handler: Handler | undefined } | undefined;

  /** @throws TypeError for a handler that is no function */
  constructor(handler?: Handler) {
    refuseSurplus(arguments, 1, 'a stack takes a handler alone; its layers are pushed');
    if (handler !== undefined) this.setHandler(handler);
  }

  /** The names of the layers, outermost first. */
  get names(): readonly string[] {
    return this.#layers.map(({ name }) => name);
  }

  /** The options that the layers declare as theirs. */
  get declaredOptions(): readonly string[] {
    this.#declared ??= this.#layers.flatMap(
      ({ middleware }) => own(middleware as DeclaringMiddleware, 'options') ?? [],
    );
    return this.#declared;
  }

  /** Marks the present layers and handler as the default ones, so that `isDefault` notices every change. @internal */
  markDefault(): this {
    this.#default = { layers: this.#layers, handler: this.#handler };
    return this;
  }

  /**
   * Says of the present layers that each hands on the options which it got, or a record that `option-record.ts` made of
   * them: between two of them there is nothing for a seam to mend, which costs every call a little. What one of them
   * throws in place of a rejection passes through its like alone. @internal
   */
  seamless(): this {
    for (const { middleware } of this.#layers) seamless.add(middleware);
    return this;
  }

  /** Whether it holds the very layers and the handler that are the default: names alone say nothing. @internal */
  get isDefault(): boolean {
    if (this.#default === undefined) return false;
    const { layers, handler } = this.#default;
    return (
      handler === this.#handler &&
      layers.length === this.#layers.length &&
      layers.every((layer, i) => layer === this.#layers[i])
    );
  }

  /** Whether a layer has this name. @throws TypeError for what is no name */
  has(name: string): boolean {
    checkName(name);
    return this.#layers.some((layer) => layer.name === name);
  }

  /** Whether there is a handler. */
  hasHandler(): boolean {
    return this.#handler !== undefined;
  }

  /** The handler at the bottom. */
  get handler(): Transport | undefined {
    return this.#handler;
  }

  /**
   * Puts another handler at the bottom.
   * @throws TypeError when it is no function
   */
  setHandler(handler: Handler): this {
    if (typeof handler !== 'function') throw new TypeError(`a handler must be a function, got ${kindOf(handler)}`);
    this.#handler = handler;
    this.#resolved = undefined;
    return this;
  }

  /** Adds a layer next to the handler: it runs for every hop and every attempt. @throws TypeError as all that edit do */
  push(middleware: Middleware, name?: string): this {
    return this.#edit([...this.#layers, layer(middleware, name)]);
  }

  /** Adds a layer at the caller's end: it sees one logical call. */
  unshift(middleware: Middleware, name?: string): this {
    return this.#edit([layer(middleware, name), ...this.#layers]);
  }

  /** Adds a layer on the caller's side of the first one called `name`. @throws RangeError for an unknown name */
  before(name: string, middleware: Middleware, newName?: string): this {
    const at = this.#find(name);
    return this.#edit(this.#layers.toSpliced(at, 0, layer(middleware, newName)));
  }

  /** Adds a layer on the handler's side of the first one called `name`. @throws RangeError for an unknown name */
  after(name: string, middleware: Middleware, newName?: string): this {
    const at = this.#find(name);
    return this.#edit(this.#layers.toSpliced(at + 1, 0, layer(middleware, newName)));
  }

  /** Takes out every layer with this name, or this function. @throws RangeError when there is none */
  remove(which: string | Middleware): this {
    if (typeof which !== 'function') checkName(which);
    const rest = this.#layers.filter(({ name, middleware }) => name !== which && middleware !== which);
    if (rest.length === this.#layers.length) throw this.#unknown(which);
    return this.#edit(rest);
  }

  /** Composes the layers, once until the next edit. @throws TypeError without a handler */
  resolve(): Handler {
    if (this.#resolved !== undefined) return this.#resolved;
    if (this.#handler === undefined) {
      throw new TypeError(`the stack has no handler: call setHandler(), or HandlerStack.create(). It holds: ${this}`);
    }
    const layers = this.#layers.map(({ middleware }) => middleware);
    const outermost = layers.reduceRight<Handler>((next, middleware, at) => {
      const below = needsSeam(middleware, layers[at + 1]) ? normalized(next) : next;
      forOneLayer(below);
      return middleware(below);
    }, lastSeam(this.#handler));
    this.#resolved = layers.length === 0 ? outermost : entry(outermost, layers[0]!);
    return this.#resolved;
  }

  /** A copy to edit; this one stays as it is. */
  clone(): HandlerStack {
    const copy = new HandlerStack(this.#handler);
    copy.#layers = this.#layers;
    copy.#default = this.#default;
    return copy;
  }

  /** The layers from the outside in, then the handler: `a > b > handler`. */
  toString(): string {
    const bottom = this.#handler === undefined ? '(no handler)' : handlerName(this.#handler);
    return [...this.names, bottom].join(' > ');
  }

  /** The only place that changes the layers, so that nothing composed of the old ones remains. */
  #edit(layers: readonly Layer[]): this {
    refuseAbove(layers);
    this.#layers = layers;
    this.#resolved = this.#declared = undefined;
    return this;
  }

  /** @throws RangeError with the printed stack, in which the right name can be seen */
  #find(name: string): number {
    checkName(name);
    const at = this.#layers.findIndex((layer) => layer.name === name);
    if (at === -1) throw this.#unknown(name);
    return at;
  }

  #unknown(which: string | Middleware): RangeError {
    const what = typeof which === 'string' ? `a layer called "${which}"` : 'this function';
    return new RangeError(`the stack does not hold ${what}. It is: ${this}`);
  }
}

ofThisCopy(HandlerStack.prototype);

/** What a handler is called in a printed stack and in statistics. */
export function handlerName(handler: Transport): string {
  return own(handler, 'handlerName') ?? (handler.name || 'handler');
}

function layer(middleware: Middleware, name?: string): Layer {
  if (typeof middleware !== 'function')
    throw new TypeError(`a middleware must be a function, got ${kindOf(middleware)}`);
  if (name !== undefined) checkName(name);
  return { middleware, name: name ?? (middleware.name || 'anonymous') };
}

/** A printed stack with anything else in it could not be read, and no other door would find it. @throws TypeError */
function checkName(name: unknown): void {
  if (typeof name === 'string' && name.trim() !== '') return;
  throw new TypeError(`the name of a layer must be text that is not empty, got ${valueOrKind(name)}`);
}

/** @throws TypeError for a layer above the one that it must stand below */
function refuseAbove(layers: readonly Layer[]): void {
  for (const [at, { name, middleware }] of layers.entries()) {
    const below = own(middleware as DeclaringMiddleware, 'below');
    if (below === undefined || !layers.some((layer, index) => index > at && layer.name === below)) continue;
    throw new TypeError(
      `"${name}" must stand below "${below}", which makes a new request for each hop: above it, what was answered for one URL and ` +
        `user would be taken for another. Use stack.after('cookies', ...). The stack would be: ${layers.map((one) => one.name).join(' > ')}`,
    );
  }
}

/** Layers that need no seam between them: see `HandlerStack.seamless`. */
const seamless = new WeakSet<Middleware>();

/** Whether one of two neighbours is a stranger. The handler at the bottom has a seam of its own. */
function needsSeam(above: Middleware, below: Middleware | undefined): boolean {
  return below !== undefined && !(seamless.has(above) && seamless.has(below));
}

/** The outermost seam: who calls a stack only takes what it gives, and so does an outermost layer of ours. */
function entry(next: Transport, middleware: Middleware): Transport {
  return seamless.has(middleware) ? seamBefore(next) : normalized(next);
}

/**
 * The seam between two layers. A layer may have spread the options: what is below must not read `Object.prototype`
 * through them. What is below may answer without a promise, or throw: the layer above finds a promise all the same.
 */
export function normalized(next: Transport): Transport {
  return seamBefore(next, closeSteps);
}

/** @param taken told that somebody gets the promise, of whom it is not known what they do with it */
function seamBefore(next: Transport, taken?: (request: HttpRequest) => void): Transport {
  const seam: Transport = (request, options) => {
    // In one function: each frame between a layer that throws and its caller takes the place of one of theirs.
    try {
      const given: unknown = next(request, ownOptions(options));
      taken?.(request);
      return given instanceof Promise ? given : Promise.resolve(given as HttpResponse);
    } catch (error) {
      return Promise.reject(error);
    }
  };
  return seam;
}

/** The same before the handler, which gets nothing that only a cache may answer: whichever layers there are, and none. */
export function lastSeam(handler: Transport): Transport {
  const seam: Transport = (request, options) => {
    try {
      const own = ownOptions(options);
      if (isForCacheAlone(own)) return unanswered(request, own);
      const given: unknown = handler(request, own);
      closeSteps(request);
      return given instanceof Promise ? given : Promise.resolve(given as HttpResponse);
    } catch (error) {
      return Promise.reject(error);
    }
  };
  // The layer next to the handler may ask for its numbers.
  return own(handler, 'stats') === undefined ? seam : Object.assign(seam, { stats: () => handler.stats!() });
}

/** What a client is made with. */
import type { RequestOptions } from '../options/options.ts';
import type { Handler } from '../stack/handler.ts';
import type { HandlerStack } from '../stack/handler-stack.ts';

/** What a client is made with: defaults for the options of its calls, and the stack that they go through. */
export interface ClientOptions extends RequestOptions {
  /** A stack, or a plain function that is used as it is, with no layers around it. Default: `HandlerStack.create()`. */
  handler?: HandlerStack | Handler | undefined;
}

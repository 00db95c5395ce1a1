/**
 * Stands in the place of `bad-response.ts` in the build for browsers, which loads it with the first bad answer. Where it
 * cannot be loaded, as after the app was deployed anew, the error has the status and no words of the body.
 */
import { Failure } from '../../call/answer-steps.ts';
import type * as whole from './bad-response.ts';
import { errorClass } from './error-class.ts';

export type { HttpErrorsOptions } from './bad-response.ts';

export const failureOf: typeof whole.failureOf = async (response, asked, ...given) => {
  const loaded = await import('./bad-response.ts').catch(() => undefined);
  if (loaded !== undefined) return loaded.failureOf(response, asked, ...given);
  const { status, request = asked, attempts } = response;
  return new Failure(errorClass(status), `the status is ${status}`, { request, response, attempts });
};

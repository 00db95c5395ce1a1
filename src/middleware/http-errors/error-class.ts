/** The class of an error by the status of its answer. */
import { BadResponseError, ClientError, ServerError } from '../../message/errors.ts';

/** A status that only the caller's own function calls an error has no class of its own. */
export function errorClass(status: number): typeof BadResponseError {
  if (status < 400) return BadResponseError;
  return status < 500 ? ClientError : ServerError;
}

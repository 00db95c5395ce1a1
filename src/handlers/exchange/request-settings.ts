/** The dial settings of one request, read in the same way by every transport with connections of its own. */
import type { DialSettings } from '../../connect/dial.ts';
import { withRequest } from '../../connect/failure.ts';
import type { LastSettings } from '../../connect/settings/last-settings.ts';
import type { HttpRequest } from '../../message/request.ts';
import type { RequestOptions } from '../../options/options.ts';

/** @throws what reading them fails with, with the request in it */
export function settingsOf(known: LastSettings, request: HttpRequest, options: RequestOptions): DialSettings {
  try {
    return known.of(options);
  } catch (error) {
    throw withRequest(error, request);
  }
}

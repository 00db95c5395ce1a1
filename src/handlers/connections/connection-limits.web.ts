/** Stands in the place of `connection-limits.ts` in the builds for browsers and workers. */
import { missing } from '../../runtime/missing.ts';

const HERE = "the connections are the runtime's own";

export class ConnectionLimits {
  constructor() {
    missing('ConnectionLimits', HERE);
  }
}

export const connectionLimits = (): never => missing('connections', HERE);

/** Stands in the place of `web-sockets.ts` in the builds for browsers and workers. */
import { missing } from '../runtime/missing.ts';

export class WebSockets {
  constructor() {
    missing('client.upgrade', "use the runtime's own WebSocket");
  }
}

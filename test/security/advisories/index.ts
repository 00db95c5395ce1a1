/** Every row, in the order of the page. */
import type { Advisory } from './bench.ts';
import { bodyAdvisories } from './bodies.ts';
import { connectionAdvisories } from './connections.ts';
import { cookieAdvisories } from './cookies.ts';
import { messageAdvisories } from './messages.ts';
import { optionAdvisories } from './options.ts';
import { redirectAdvisories } from './redirects.ts';
import { uriAdvisories } from './uris.ts';
import { webSocketAdvisories } from './websockets.ts';

export type { Advisory } from './bench.ts';

/** The rows by what they are about. */
export const chapters: Readonly<Record<string, readonly Advisory[]>> = {
  Redirects: redirectAdvisories,
  Cookies: cookieAdvisories,
  Messages: messageAdvisories,
  Hosts: uriAdvisories,
  Bodies: bodyAdvisories,
  Connections: connectionAdvisories,
  Options: optionAdvisories,
  WebSocket: webSocketAdvisories,
};

export const advisories: readonly Advisory[] = Object.values(chapters).flat();

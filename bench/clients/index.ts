/** Every client, in the order of the tables. */
import { axios } from './axios.ts';
import type { Client } from './client.ts';
import { builtInFetch } from './fetch.ts';
import { got, gotSixteen } from './got.ts';
import { ky, kyTwo } from './ky.ts';
import { needle } from './needle.ts';
import { nodeFetch } from './node-fetch.ts';
import { nodeHttp } from './node-http.ts';
import { nodeHttp2 } from './node-http2.ts';
import { ofetch } from './ofetch.ts';
import { sluice } from './sluice.ts';
import { superagent } from './superagent.ts';
import { undiciDispatch, undiciEight, undiciFetch, undiciRequest } from './undici.ts';
import { wretch } from './wretch.ts';
import { ws } from './ws.ts';

/** What every other is compared with. */
export const BASELINE = 'undici.request';
/** The same of the next line, which is now and then the faster. */
export const EIGHT = 'undici-8.request';

export const clients: Readonly<Record<string, Client>> = {
  sluice,
  [BASELINE]: undiciRequest,
  [EIGHT]: undiciEight,
  'undici.dispatch': undiciDispatch,
  'undici.fetch': undiciFetch,
  'node:http': nodeHttp,
  'node:http2': nodeHttp2,
  'built-in fetch': builtInFetch,
  got,
  'got 16': gotSixteen,
  axios,
  ky,
  'ky 2': kyTwo,
  ofetch,
  'node-fetch': nodeFetch,
  superagent,
  needle,
  wretch,
  ws,
};
